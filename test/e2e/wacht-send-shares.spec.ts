import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

/** What a stranger asks for must not use up what its owner needs. */
describe('the sends of one mailbox, wacht', () => {
  let app: TestApp;
  const email = 'shares@example.com';

  beforeAll(async () => {
    app = await TestApp.start();
    await app.createAccount({ email, secondFactor: 'email' });
  });
  afterAll(() => app.stop());

  it('asked for without a password do not hold up the second factor of whoever has it', async () => {
    for (let asked = 0; asked < 5; asked += 1) {
      const stranger = new WachtClient(app);
      const { id } = await stranger.signIn({ strategy: 'email_otp', email });
      expect((await stranger.prepare(id)).status).toBe(200);
    }
    // What is still on its way would be taken for the owner's.
    await app.mailbox.newest(email, 5);
    const sixth = new WachtClient(app);
    const { id } = await sixth.signIn({ strategy: 'email_otp', email });
    expect((await sixth.prepare(id)).status).toBe(429);

    const owner = new WachtClient(app);
    const begun = await owner.signInWithPassword(email);
    const before = app.mailbox.count(email);
    expect((await owner.prepare(begun.id)).status).toBe(200);
    const code = await app.mailbox.code(email, before + 1);
    expect((await owner.verify(begun.id, code)).status).toBe(200);
  });
});
