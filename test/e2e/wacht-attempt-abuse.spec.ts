import { sql } from '@app/database';
import { NavixyClient, otherThan } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

describe('abuse of POST /auth/attempt-verification', () => {
  let app: TestApp;
  let replica: TestApp;
  let accounts = 0;

  beforeAll(async () => {
    const many = {
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: '100000',
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      RESEND_HOURLY_LIMIT: '100',
    };
    app = await TestApp.start(many);
    replica = await TestApp.start(many, app);
  });
  afterAll(async () => {
    await replica.stop();
    await app.stop();
  });

  async function begun(secondFactor: 'none' | 'email' | 'sms' | 'totp' = 'none') {
    const email = `attempt${(accounts += 1)}@example.com`;
    const phone = secondFactor === 'sms' ? `+4915112${String(345_000 + accounts)}` : undefined;
    const account = await app.createAccount({ email, phone, secondFactor });
    const client = new WachtClient(app);
    return { email, phone, account, client, ...(await client.begun(email)) };
  }

  const attemptOf = async (accountId: string) =>
    app.rows<{ status: string; tries_left: number }>(
      sql`SELECT status, tries_left FROM attempts WHERE account_id = ${accountId} ORDER BY id`,
    );

  it('lets one of 64 simultaneous right codes win, over two processes', async () => {
    const { client, id, code, account } = await begun();
    const elsewhere = new WachtClient(replica);
    elsewhere.cookie = client.cookie;
    const racers = Array.from({ length: 64 }, (_, i) => (i % 2 ? client : elsewhere).copy());
    const answers = await Promise.all(racers.map((racer) => racer.verify(id, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter((answer) => answer.code === 'INVALID_ATTEMPT')).toHaveLength(63);
    expect(await app.rows(sql`SELECT id FROM sessions WHERE account_id = ${account.id}`)).toHaveLength(1);
  });

  it('counts exactly five of 64 simultaneous wrong codes, and then refuses the right one', async () => {
    const { client, id, code, account } = await begun();
    const answers = await Promise.all(
      Array.from({ length: 64 }, () => client.copy().verify(id, otherThan(code))),
    );
    expect(answers.filter((answer) => answer.code === 'INVALID_CODE')).toHaveLength(5);
    expect(answers.filter((answer) => answer.code === 'TOO_MANY_ATTEMPTS')).toHaveLength(59);
    expect(await attemptOf(account.id)).toEqual([{ status: 'exhausted', tries_left: 0 }]);
    expect((await client.verify(id, code)).code).toBe('TOO_MANY_ATTEMPTS');
  });

  it('holds an account to 20 wrong codes a day over all attempts and browsers', async () => {
    const { email, account } = await begun();
    const codes: (string | undefined)[] = [];
    for (let round = 0; round < 5; round += 1) {
      const client = new WachtClient(app);
      const { id, code } = await client.begun(email);
      for (let wrong = 0; wrong < 5; wrong += 1) codes.push((await client.verify(id, otherThan(code))).code);
    }
    expect(codes).toEqual([...Array(20).fill('INVALID_CODE'), ...Array(5).fill('TOO_MANY_ATTEMPTS')]);
    const client = new WachtClient(app);
    const { id, code } = await client.begun(email);
    const spent = await client.verify(id, code);
    expect(spent.code).toBe('TOO_MANY_ATTEMPTS');
    expect(Number(spent.headers.get('retry-after'))).toBeGreaterThan(86_000);
    expect(await app.rows(sql`SELECT spent FROM guess_budgets WHERE subject = ${account.id}`)).toEqual([
      { spent: 20 },
    ]);
    app.clock.advanceSeconds(86_400);
    expect((await client.signedIn(email)).status).toBe(200);
  });

  it('spends the guesses behind a password that navixy’s verify has too', async () => {
    const email = `attempt${(accounts += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'email' });
    for (let round = 0; round < 4; round += 1) {
      const client = new WachtClient(app);
      const { id } = await client.signInWithPassword(email);
      const before = app.mailbox.count(email);
      await client.prepare(id);
      const code = await app.mailbox.code(email, before + 1);
      for (let wrong = 0; wrong < 5; wrong += 1)
        expect((await client.verify(id, otherThan(code))).code).toBe('INVALID_CODE');
    }
    const navixy = new NavixyClient(app);
    const { hash, code } = await navixy.pending(email);
    expect((await navixy.verify(hash, code)).body.status?.code).toBe(282);
  });

  it('fixation: a cookie that was planted before the sign-in is worth nothing after it', async () => {
    const attacker = new WachtClient(app);
    await attacker.session();
    const email = `attempt${(accounts += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    const victim = attacker.copy();
    expect((await victim.signedIn(email)).status).toBe(200);
    expect((await attacker.copy().session()).body.session.signins).toEqual([]);
    expect((await attacker.get('/session/token')).status).toBe(401);
  });

  it('keeps neither code nor cookie in any table', async () => {
    const { client, id, code } = await begun();
    await client.verify(id, code);
    const [dump] = await app.rows<{ text: string }>(sql`
      SELECT (SELECT json_agg(a)::text FROM attempts a) || (SELECT json_agg(s)::text FROM browser_sessions s)
        || (SELECT json_agg(e)::text FROM audit_events e) || (SELECT json_agg(x)::text FROM sessions x) AS text`);
    expect(dump?.text).not.toContain(client.cookie?.split('=')[1]);
    expect(dump?.text).not.toContain(`"${code}"`);
  });
});
