import { sql } from '@app/database';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

const WRONG_CODE = { success: false, status: { code: 282, description: 'Wrong authentication code' } };

describe('POST /user/auth/code/verify', () => {
  let app: TestApp;
  let replica: TestApp;
  let client: NavixyClient;
  let other: NavixyClient;
  let accounts = 0;

  beforeAll(async () => {
    const manyRequests = { NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000' };
    app = await TestApp.start(manyRequests);
    replica = await TestApp.start(manyRequests, app);
    client = new NavixyClient(app);
    other = new NavixyClient(replica);
  });
  afterAll(async () => {
    await replica.stop();
    await app.stop();
  });

  async function pending() {
    const email = `verify${(accounts += 1)}@example.com`;
    const account = await app.createAccount({ email });
    return { email, account, ...(await client.pending(email)) };
  }

  const budgetOf = async (accountId: string) =>
    (await app.rows<{ spent: number }>(sql`SELECT spent FROM guess_budgets WHERE subject = ${accountId}`))[0]
      ?.spent;

  const attemptsOf = async (accountId: string) =>
    app.rows<{ status: string; tries_left: number }>(
      sql`SELECT status, tries_left FROM attempts WHERE account_id = ${accountId} ORDER BY id`,
    );

  const auditOf = async (accountId: string, event: string) =>
    (
      await app.rows<{ outcome: string }>(
        sql`
          SELECT outcome FROM audit_events CROSS JOIN generate_series(0, repeated)
          WHERE account_id = ${accountId} AND event = ${event} ORDER BY id`,
      )
    ).map((row) => row.outcome);

  describe('200', () => {
    it('answers the seed’s body, with a new hash of 32 lower-case hex characters', async () => {
      const { hash, code } = await pending();
      const answer = await client.verify(hash, code);
      expect(answer.status).toBe(200);
      expect(answer.body).toEqual({ success: true, hash: expect.stringMatching(/^[0-9a-f]{32}$/) });
      expect(answer.body.hash).not.toBe(hash);
      expect((await client.post('/user/get_info', undefined, answer.body.hash)).status).toBe(200);
    });

    it('accepts a code one second before its life ends', async () => {
      const { hash, code } = await pending();
      app.clock.advanceSeconds(299);
      expect((await client.verify(hash, code)).status).toBe(200);
    });

    it('accepts the right code after four wrong ones', async () => {
      const { hash, code } = await pending();
      for (let wrong = 0; wrong < 4; wrong += 1) await client.verify(hash, otherThan(code));
      expect((await client.verify(hash, code)).status).toBe(200);
    });

    it('refills the account’s guesses', async () => {
      const { hash, code, account } = await pending();
      await client.verify(hash, otherThan(code));
      expect(await budgetOf(account.id)).toBe(1);
      await client.verify(hash, code);
      expect(await budgetOf(account.id)).toBe(0);
    });

    it('closes the account’s other open attempts', async () => {
      const first = await pending();
      const second = await client.pending(first.email);
      await client.verify(second.hash, second.code);
      expect((await client.verify(first.hash, first.code)).body).toEqual(WRONG_CODE);
      expect((await attemptsOf(first.account.id)).map((a) => a.status)).toEqual(['superseded', 'consumed']);
    });

    it('records how the session was signed in, and nothing of the code', async () => {
      const { hash, code, account } = await pending();
      await client.verify(hash, code);
      const [session] = await app.rows<{ amr: { method: string }[]; stage: string }>(
        sql`SELECT amr, stage FROM sessions WHERE account_id = ${account.id}`,
      );
      expect(session).toMatchObject({ stage: 'signed_in', amr: [{ method: 'pwd' }, { method: 'email' }] });
      expect(await auditOf(account.id, 'code.verify')).toEqual(['redeemed']);
      const [row] = await app.rows<{ dump: string }>(
        sql`SELECT json_agg(a)::text || (SELECT json_agg(e)::text FROM audit_events e) AS dump FROM attempts a`,
      );
      expect(row?.dump).not.toContain(code);
      expect(row?.dump).not.toContain(hash);
    });
  });

  describe('400', () => {
    it('is 282 for a wrong code', async () => {
      const { hash, code, account } = await pending();
      expect(await client.verify(hash, otherThan(code))).toMatchObject({ status: 400, body: WRONG_CODE });
      expect(await auditOf(account.id, 'code.verify')).toEqual(['wrong']);
    });

    it('is 282 when the code’s life has ended', async () => {
      const { hash, code, account } = await pending();
      app.clock.advanceSeconds(300);
      expect((await client.verify(hash, code)).body).toEqual(WRONG_CODE);
      expect(await auditOf(account.id, 'code.verify')).toEqual(['expired']);
    });

    it('is 282 for the right code after five wrong ones', async () => {
      const { hash, code, account } = await pending();
      for (let wrong = 0; wrong < 5; wrong += 1) await client.verify(hash, otherThan(code));
      expect((await client.verify(hash, code)).body).toEqual(WRONG_CODE);
      expect(await attemptsOf(account.id)).toEqual([{ status: 'exhausted', tries_left: 0 }]);
    });

    it('is 282 for the code of another sign-in of the same account', async () => {
      const first = await pending();
      const second = await client.pending(first.email);
      const answer = await client.verify(
        second.hash,
        first.code === second.code ? otherThan(first.code) : first.code,
      );
      expect(answer.body).toEqual(WRONG_CODE);
    });

    it('is 4 for a pending hash that has been used', async () => {
      const { hash, code } = await pending();
      await client.verify(hash, code);
      expect((await client.verify(hash, code)).body.status?.code).toBe(4);
    });

    it('is 4 for a pending hash one second too old, and not one second before', async () => {
      const { hash, code } = await pending();
      app.clock.advanceSeconds(899);
      expect((await client.verify(hash, code)).body.status?.code).toBe(282);
      app.clock.advanceSeconds(1);
      expect((await client.verify(hash, code)).body.status?.code).toBe(4);
    });

    it('is 4 for the hash of a signed-in session, and for an unknown one', async () => {
      const { hash, code } = await pending();
      const session = (await client.verify(hash, code)).body.hash;
      for (const token of [session, '0'.repeat(32)]) {
        expect(await client.verify(token, code)).toMatchObject({
          status: 400,
          body: { status: { code: 4 } },
        });
      }
    });
  });

  describe('abuse', () => {
    it('lets exactly one of 64 simultaneous right answers win, over two processes', async () => {
      const { hash, code, account } = await pending();
      const answers = await Promise.all(
        Array.from({ length: 64 }, (_, i) => (i % 2 ? client : other).verify(hash, code)),
      );
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1);
      expect(answers.filter((answer) => answer.status === 400)).toHaveLength(63);
      const live = await app.rows(
        sql`SELECT FROM sessions WHERE account_id = ${account.id} AND stage = 'signed_in' AND ended_at IS NULL`,
      );
      expect(live).toHaveLength(1);
    });

    it('counts exactly five of 64 simultaneous wrong answers, and then refuses the right one', async () => {
      const { hash, code, account } = await pending();
      await Promise.all(
        Array.from({ length: 64 }, (_, i) => (i % 2 ? client : other).verify(hash, otherThan(code))),
      );
      expect(await budgetOf(account.id)).toBe(5);
      expect((await client.verify(hash, code)).body).toEqual(WRONG_CODE);
      const outcomes = await auditOf(account.id, 'code.verify');
      expect(outcomes.filter((outcome) => outcome === 'wrong')).toHaveLength(5);
      expect(outcomes).toHaveLength(65);
    });

    it('holds an account to 20 wrong codes a day over all its attempts and both processes', async () => {
      const first = await pending();
      const attempts = [first];
      for (let i = 0; i < 5; i += 1) attempts.push({ ...first, ...(await client.pending(first.email)) });
      await Promise.all(
        attempts.flatMap(({ hash, code }) =>
          Array.from({ length: 10 }, (_, i) => (i % 2 ? client : other).verify(hash, otherThan(code))),
        ),
      );
      expect(await budgetOf(first.account.id)).toBe(20);

      const next = await client.pending(first.email);
      const spent = async () =>
        (await auditOf(first.account.id, 'code.verify')).filter((outcome) => outcome === 'budget_spent')
          .length;
      const before = await spent();
      expect((await client.verify(next.hash, next.code)).body).toEqual(WRONG_CODE);
      expect(await spent()).toBe(before + 1);
    });

    it('refuses the right code until the budget refills, and takes it then', async () => {
      const { email } = await pending();
      for (let round = 0; round < 4; round += 1) {
        const { hash, code } = await client.pending(email);
        for (let wrong = 0; wrong < 5; wrong += 1) await client.verify(hash, otherThan(code));
      }
      app.clock.advanceSeconds(86_399);
      const early = await client.pending(email);
      expect((await client.verify(early.hash, early.code)).body).toEqual(WRONG_CODE);
      app.clock.advanceSeconds(1);
      expect((await client.verify(early.hash, early.code)).status).toBe(200);
    });

    it('lets right and wrong answers race without a free guess or a second session', async () => {
      const { hash, code, account } = await pending();
      const answers = await Promise.all(
        Array.from({ length: 32 }, (_, i) => client.verify(hash, i % 8 === 0 ? code : otherThan(code))),
      );
      const won = answers.filter((answer) => answer.status === 200).length;
      expect(won).toBeLessThanOrEqual(1);
      expect(
        (await auditOf(account.id, 'code.verify')).filter((o) => o === 'wrong').length,
      ).toBeLessThanOrEqual(5);
      expect((await attemptsOf(account.id))[0]?.status).toBe(won ? 'consumed' : 'exhausted');
    });

    it('makes no session from a code whose pending session is ended at the same moment', async () => {
      const { hash, code, account } = await pending();
      const [answer] = await Promise.all([
        client.verify(hash, code),
        app.rows(sql`UPDATE sessions SET ended_at = ${app.clock.now()}, end_reason = 'disabled'
          WHERE account_id = ${account.id} AND ended_at IS NULL`),
      ]);
      const alive = await app.rows(
        sql`SELECT FROM sessions WHERE account_id = ${account.id} AND ended_at IS NULL`,
      );
      expect(alive).toHaveLength(0);
      expect([200, 400]).toContain(answer.status);
    });
  });
});
