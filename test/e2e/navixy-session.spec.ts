import { AccountsService } from '@app/administration';
import { sql } from '@app/database';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

const DAY_SECONDS = 86_400;

describe('a navixy session', () => {
  let app: TestApp;
  let client: NavixyClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000' });
    client = new NavixyClient(app);
  });
  afterAll(() => app.stop());

  async function session() {
    const email = `session${(accounts += 1)}@example.com`;
    const account = await app.createAccount({ email, secondFactor: 'none' });
    return { email, account, hash: (await client.signIn(email)).body.hash };
  }
  const info = (hash: string) => client.post('/user/get_info', undefined, hash);
  const renew = (hash: string) => client.post('/user/session/renew', undefined, hash);
  const logout = (hash: string) => client.post('/user/logout', undefined, hash);
  const ENDED = { status: 400, body: { success: false, status: { code: 4 } } };

  describe('POST /user/get_info', () => {
    it('answers who is signed in', async () => {
      const { hash, email, account } = await session();
      const answer = await info(hash);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({
        success: true,
        user_info: {
          id: account.id,
          login: email,
          locale: 'en',
          creation_date: '2026-01-15 12:00:00',
          verified: true,
        },
      });
    });

    it('does not prolong the session: it ends 30 days after the sign-in', async () => {
      const { hash } = await session();
      app.clock.advanceSeconds(30 * DAY_SECONDS - 1);
      expect((await info(hash)).status).toBe(200);
      app.clock.advanceSeconds(1);
      expect(await info(hash)).toMatchObject(ENDED);
    });
  });

  describe('POST /user/session/renew', () => {
    it('gives the session 30 days from now', async () => {
      const { hash } = await session();
      app.clock.advanceSeconds(20 * DAY_SECONDS);
      const answer = await renew(hash);
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body).toEqual({ success: true });
      app.clock.advanceSeconds(30 * DAY_SECONDS - 1);
      expect((await info(hash)).status).toBe(200);
    });

    it('is 4 for a session that has ended', async () => {
      const { hash } = await session();
      app.clock.advanceSeconds(30 * DAY_SECONDS);
      expect(await renew(hash)).toMatchObject(ENDED);
    });
  });

  describe('POST /user/logout', () => {
    it('ends the session, and a second logout finds none', async () => {
      const { hash } = await session();
      expect((await logout(hash)).body).toEqual({ success: true });
      expect(await info(hash)).toMatchObject(ENDED);
      expect(await renew(hash)).toMatchObject(ENDED);
      expect(await logout(hash)).toMatchObject(ENDED);
    });

    it('leaves the account’s other sessions alone', async () => {
      const { hash, email } = await session();
      const other = (await client.signIn(email)).body.hash;
      await logout(hash);
      expect((await info(other)).status).toBe(200);
    });
  });

  describe('abuse', () => {
    it('refuses a pending hash on every one of these calls', async () => {
      await app.createAccount({ email: 'pending@example.com' });
      const { hash } = (await client.signIn('pending@example.com')).body;
      for (const call of [info, renew, logout]) expect(await call(hash)).toMatchObject(ENDED);
    });

    it('ends every session at once when the account is disabled, also one that is being made', async () => {
      const { hash, email } = await session();
      const operator = app.nest.get(AccountsService);
      const account = await operator.find(email);
      const signIns = Array.from({ length: 8 }, () => client.signIn(email));
      const disable = operator.disable(app.operatorCall(), account);
      const made = (await Promise.all(signIns)).map((answer) => answer.body.hash).filter(Boolean);
      await disable;
      for (const each of [hash, ...made]) expect(await info(each)).toMatchObject(ENDED);
      expect(
        await app.rows(sql`SELECT FROM sessions WHERE account_id = ${account.id} AND ended_at IS NULL`),
      ).toEqual([]);
    });

    it('refuses a hash of another protocol', async () => {
      const { hash, account } = await session();
      await app.rows(sql`UPDATE sessions SET protocol = 'docspace' WHERE account_id = ${account.id}`);
      expect(await info(hash)).toMatchObject(ENDED);
    });

    it('records the end of a session once', async () => {
      const { hash, account } = await session();
      await Promise.all([logout(hash), logout(hash), logout(hash)]);
      const ends = await app.rows<{ outcome: string }>(
        sql`SELECT outcome FROM audit_events WHERE event = 'session.end' AND account_id = ${account.id}`,
      );
      expect(ends).toEqual([{ outcome: 'ended' }]);
    });
  });
});
