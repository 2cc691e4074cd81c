import { sql } from '@app/database';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

describe('POST /user/auth/code/resend', () => {
  let app: TestApp;
  let client: NavixyClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000' });
    client = new NavixyClient(app);
  });
  afterAll(() => app.stop());

  async function pending() {
    const email = `resend${(accounts += 1)}@example.com`;
    const account = await app.createAccount({ email });
    return { email, account, ...(await client.pending(email)) };
  }

  describe('200', () => {
    it('answers the seed’s body and mails a new code, right after the sign-in mailed one', async () => {
      const { email, hash } = await pending();
      const answer = await client.resend(hash);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ success: true });
      await app.mailbox.newest(email, 2);
    });

    it('keeps the pending hash, with which the new code is good and the old one is not', async () => {
      const { email, hash, code } = await pending();
      await client.resend(hash);
      const fresh = await app.mailbox.code(email, 2);
      expect((await client.verify(hash, code === fresh ? otherThan(code) : code)).body.status?.code).toBe(
        282,
      );
      expect((await client.verify(hash, fresh)).status).toBe(200);
    });

    it('gives an exhausted code’s session a new one with five tries, while the account’s guesses stay spent', async () => {
      const { email, account, hash, code } = await pending();
      for (let wrong = 0; wrong < 5; wrong += 1) await client.verify(hash, otherThan(code));
      await client.resend(hash);
      const fresh = await app.mailbox.code(email, 2);
      const [budget] = await app.rows(sql`SELECT spent FROM guess_budgets WHERE subject = ${account.id}`);
      expect(budget).toEqual({ spent: 5 });
      expect((await client.verify(hash, fresh)).status).toBe(200);
    });

    it('sends again once 300 seconds have passed', async () => {
      const { email, hash } = await pending();
      await client.resend(hash);
      app.clock.advanceSeconds(300);
      expect((await client.resend(hash)).status).toBe(200);
      await app.mailbox.newest(email, 3);
    });
  });

  describe('429', () => {
    it('is 15 inside the window, with the waiting time three ways', async () => {
      const { hash } = await pending();
      await client.resend(hash);
      app.clock.advanceSeconds(48);
      const answer = await client.resend(hash);
      expect(answer.status).toBe(429);
      expect(answer.headers.get('retry-after')).toBe('252');
      expect(answer.body).toEqual({
        success: false,
        status: { code: 15, description: 'Too many requests' },
        timeout: 'PT5M',
        remainder: 'PT4M12S',
      });
    });

    it('still refuses one second before the window ends', async () => {
      const { hash } = await pending();
      await client.resend(hash);
      app.clock.advanceSeconds(299);
      const answer = await client.resend(hash);
      expect(answer.body).toMatchObject({ status: { code: 15 }, remainder: 'PT1S' });
    });

    it('is not refilled by signing in again', async () => {
      const { email, hash } = await pending();
      await client.resend(hash);
      const again = await client.signIn(email);
      expect((await client.resend(again.body.hash)).status).toBe(429);
    });

    it('leaves the code that was sent as good as it was', async () => {
      const { email, hash } = await pending();
      await client.resend(hash);
      const code = await app.mailbox.code(email, 2);
      await client.resend(hash);
      expect((await client.verify(hash, code)).status).toBe(200);
    });
  });

  describe('400', () => {
    it('is 4 for a signed-in session, an unknown hash and an expired pending one', async () => {
      const { hash, code, email } = await pending();
      const session = (await client.verify(hash, code)).body.hash;
      const late = await client.pending(email);
      app.clock.advanceSeconds(900);
      for (const token of [session, 'f'.repeat(32), hash, late.hash]) {
        expect(await client.resend(token)).toMatchObject({ status: 400, body: { status: { code: 4 } } });
      }
    });

    it('is 209 where nothing can be sent: an authenticator', async () => {
      await app.createAccount({ email: 'totp-resend@example.com', secondFactor: 'totp' });
      const { hash } = (await client.signIn('totp-resend@example.com')).body;
      expect((await client.resend(hash)).body.status?.code).toBe(209);
    });
  });

  it('abuse: sends one mail for 32 simultaneous requests', async () => {
    const { account, hash } = await pending();
    const answers = await Promise.all(Array.from({ length: 32 }, () => client.resend(hash)));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(31);
    expect(await app.rows(sql`SELECT id FROM messages WHERE account_id = ${account.id}`)).toHaveLength(2);
    const open = await app.rows(
      sql`SELECT FROM attempts WHERE account_id = ${account.id} AND status = 'open'`,
    );
    expect(open).toHaveLength(1);
  });
});
