import { generateSync } from 'otplib';
import { otherThan } from '../support/navixy-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

describe('round trips of wacht calls to the database', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
  });
  afterAll(() => app.stop());

  const freshEmail = () => `trips${(people += 1)}@example.com`;

  async function counted(work: () => Promise<unknown>): Promise<number> {
    const counter = new StatementCounter(app);
    const statements = await counter.during(work);
    counter.stop();
    return statements.length;
  }

  it('are at most four for attempt-verification, right, wrong, and long after the session was last used', async () => {
    const email = freshEmail();
    await app.createAccount({ email, secondFactor: 'none' });
    const client = new WachtClient(app);
    const { id, code } = await client.begun(email);
    app.clock.advanceSeconds(200);
    expect(await counted(() => client.verify(id, otherThan(code)))).toBe(2);
    expect(await counted(() => client.verify(id, code))).toBe(3);
  });

  it('are four for attempt-verification with an authenticator', async () => {
    const email = freshEmail();
    const { otpauthUri } = await app.createAccount({ email, secondFactor: 'totp' });
    const secret = new URL(otpauthUri as string).searchParams.get('secret') as string;
    const code = generateSync({ secret, epoch: Math.floor(app.clock.now().getTime() / 1000) });
    const client = new WachtClient(app);
    const { id } = await client.signInWithPassword(email);
    expect(await counted(() => client.verify(id, code))).toBe(4);
  });

  it('are four for the proof of a sign-up at most', async () => {
    const email = freshEmail();
    const client = new WachtClient(app);
    const { id } = await client.signUp({ email, password: 'gelbe Kanne im Schnee 7' });
    await client.prepareSignUp(id);
    const code = await app.mailbox.code(email);
    expect(await counted(() => client.verifySignUp(id, code))).toBe(3);
  });

  it('are one for GET /session, and two when a session is made or its life renewed', async () => {
    const client = new WachtClient(app);
    expect(await counted(() => client.session())).toBe(2);
    expect(await counted(() => client.session())).toBe(1);
    app.clock.advanceSeconds(120);
    expect(await counted(() => client.session())).toBe(2);
    expect(await counted(() => client.session())).toBe(1);
  });

  it('are the same statements for known and unknown addresses', async () => {
    const known = freshEmail();
    await app.createAccount({ email: known, secondFactor: 'none' });
    const course = async (email: string) => {
      const client = new WachtClient(app);
      await client.session();
      const counter = new StatementCounter(app);
      const statements: string[][] = [];
      let id = '';
      statements.push(
        await counter.during(async () => ({ id } = await client.signIn({ strategy: 'email_otp', email }))),
      );
      statements.push(await counter.during(() => client.prepare(id)));
      statements.push(await counter.during(() => client.verify(id, '000000')));
      statements.push(await counter.during(() => client.post('/auth/forgot-password', { email })));
      counter.stop();
      return statements;
    };
    expect(await course(freshEmail())).toEqual(await course(known));
  });
});
