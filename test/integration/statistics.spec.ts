import { accountsOutOfGuesses, failuresByHour } from '@app/audit';
import { StatisticsService, type Statistics } from '@app/administration';
import { Database, sql } from '@app/database';
import { messagesByHour, queuedMessages } from '@app/delivery';
import { Clock, firstIdAt } from '@app/kernel';
import { signInsByHour } from '@app/sessions';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

describe('the statistics of the last day', () => {
  let app: TestApp;

  beforeEach(async () => {
    app = await TestApp.start({ limits: 'off' });
  });
  afterEach(() => app.stop());

  const lastDay = () => new StatisticsService(app.nest.get(Database), app.nest.get(Clock)).lastDay();
  const totals = ({ hours }: Statistics, kind: 'signIns' | 'failures' | 'messages') => {
    const sums: Record<string, number> = {};
    for (const hour of hours)
      for (const [what, times] of Object.entries(hour[kind])) sums[what] = (sums[what] ?? 0) + times;
    return sums;
  };

  it('are of twenty-four hours, the last of which is now', async () => {
    const { hours, queue, accountsOutOfGuesses: spent } = await lastDay();
    expect(hours).toHaveLength(24);
    const [first, last] = [hours[0]?.hour as Date, hours.at(-1)?.hour as Date];
    expect(last.getTime() - first.getTime()).toBe(23 * 3_600_000);
    expect(app.clock.now().getTime() - last.getTime()).toBeLessThan(3_600_000);
    expect(last.getTime() % 3_600_000).toBe(0);
    expect({ queue, spent }).toEqual({ queue: { messages: 0, oldestSeconds: 0 }, spent: 0 });
  });

  it('count sign-ins by protocol, failures by reason and messages by what became of them', async () => {
    const { email } = await app.given.person({ factor: 'email' });
    const navixy = new NavixyClient(app);
    const { hash, code } = await navixy.pending(email);
    await navixy.verify(hash, code === '000000' ? '000001' : '000000');
    await navixy.verify(hash, code);
    await navixy.signIn((await app.given.person()).email);
    await new YatClient(app).signIn((await app.given.person()).email);
    const told = await lastDay();
    expect(totals(told, 'signIns')).toEqual({ navixy: 2, yat: 1 });
    expect(totals(told, 'failures')).toEqual({ wrong: 1 });
    expect(totals(told, 'messages')).toEqual({ sent: 1 });
  });

  it('count what is alike in a minute as often as it happened', async () => {
    const navixy = new NavixyClient(app);
    for (let n = 0; n < 3; n += 1) await navixy.verify('0'.repeat(32), '123456');
    const before = totals(await lastDay(), 'failures');
    expect(Object.values(before).reduce((sum, times) => sum + times, 0)).toBe(3);
  });

  it('count an hour where it was, and what is older than a day nowhere', async () => {
    const { email } = await app.given.person();
    await new NavixyClient(app).signIn(email);
    app.clock.advanceSeconds(3600);
    const { hours } = await lastDay();
    expect([hours.at(-1)?.signIns, hours.at(-2)?.signIns]).toEqual([{}, { navixy: 1 }]);
    app.clock.advanceSeconds(22 * 3600);
    expect((await lastDay()).hours[0]?.signIns).toEqual({ navixy: 1 });
    app.clock.advanceSeconds(3600);
    expect(totals(await lastDay(), 'signIns')).toEqual({});
  });

  it('count the accounts that are out of guesses once each', async () => {
    for (const { id } of [await app.given.person(), await app.given.person()]) {
      await app.rows(sql`
        INSERT INTO audit_events (id, at, event, outcome, account_id, repeat_key, repeated)
        SELECT ${firstIdAt(app.clock.now())}::bigint + ${id}::bigint % 1000 * 2 + n, ${app.clock.now()}::timestamptz, 'code.verify',
          'budget_spent', ${id}::bigint, 'x' || ${id} || n, 5 FROM generate_series(0, 1) n`);
    }
    const told = await lastDay();
    expect(told.accountsOutOfGuesses).toBe(2);
    expect(totals(told, 'failures')).toEqual({ budget_spent: 24 });
  });

  it('are read by what is new alone, however much is there', async () => {
    const now = app.clock.now();
    const past = firstIdAt(new Date(now.getTime() - 40 * 86_400_000));
    await app.rows(sql`
      INSERT INTO audit_events (id, at, event, outcome, repeat_key)
      SELECT ${past}::bigint + n, ${now}::timestamptz - interval '40 days', 'password', 'wrong', 'x' || n FROM generate_series(1, 20000) n`);
    await app.rows(sql`
      INSERT INTO messages (id, channel, template, recipient, language, state, next_try_at, created_at, expires_at, ended_at)
      SELECT ${past}::bigint + n, 'email', 'x', 'x', 'en', 'sent', now(), now() - interval '40 days', now(), now() FROM generate_series(1, 20000) n`);
    await app.rows(sql`
      INSERT INTO accounts (id, email, created_at, updated_at) VALUES (1, 'old@example.com', now(), now())`);
    await app.rows(sql`
      INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at, signed_in_at, expires_at)
      SELECT ${past}::bigint + n, 1, 'yat', 'signed_in', 'h' || n, '[]', '', '', now(), now() - interval '40 days', now()
      FROM generate_series(1, 20000) n`);
    await app.rows(sql`ANALYZE audit_events, messages, sessions`);
    const since = new Date(now.getTime() - 86_400_000);
    const queries = [signInsByHour, failuresByHour, messagesByHour, accountsOutOfGuesses].map((of) =>
      of(since),
    );
    for (const query of [...queries, queuedMessages.body]) {
      const plan = await app.rows<{ 'QUERY PLAN': string }>(sql`EXPLAIN ${query}`);
      const large = plan.map((row) => row['QUERY PLAN']).filter((line) => /Seq Scan.*rows=\d{4,}/.test(line));
      expect(large).toEqual([]);
      expect(plan.some((row) => row['QUERY PLAN'].includes('Index'))).toBe(true);
    }
  });
});
