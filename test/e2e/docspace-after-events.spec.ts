import { AccountsService } from '@app/administration';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { TestApp } from '../support/test-app.js';

/** What was opened before an event at the account is over: it must not keep its owner out either. */
describe('a second factor that was begun before an event at its account, docspace', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start();
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  /** Raises the stamp of the account, and changes nothing that signing in asks for. */
  const event = async (email: string) => {
    const service = app.nest.get(AccountsService);
    await service.changePhone(app.operatorCall(), await service.find(email), `+4915112345${700 + accounts}`);
  };
  const newcomer = () => `event${(accounts += 1)}@example.com`;

  it('is mailed anew by the next first step', async () => {
    const email = newcomer();
    await app.createAccount({ email });
    const codeOf = async () => {
      const before = app.mailbox.count(email);
      expect((await client.signIn(email)).status).toBe(200);
      return app.mailbox.code(email, before + 1);
    };
    const old = await codeOf();
    await event(email);
    const code = await codeOf();
    expect((await client.verify(email, old)).status).toBe(401);
    expect((await client.verify(email, code)).status).toBe(200);
  });

  it('is asked of the authenticator anew', async () => {
    const email = newcomer();
    const { otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    expect((await client.verify(email, '000000')).status).toBe(401);
    await event(email);
    const authenticator = new Authenticator(app, otpauthUri as string);
    expect((await client.verify(email, authenticator.code())).status).toBe(200);
  });
});
