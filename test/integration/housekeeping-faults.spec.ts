import { Logger } from '@nestjs/common';
import { sql } from '@app/database';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

const DAY_SECONDS = 86_400;

/** What stops one job leaves the others theirs, and shows. */
describe('housekeeping that meets a fault', () => {
  let app: TestApp;
  let logged: jest.SpyInstance;

  beforeEach(async () => {
    app = await TestApp.start();
    logged = jest.spyOn(Logger.prototype, 'error').mockImplementation();
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    await app.stop();
  });

  const tidyUp = () => app.nest.get(HousekeepingService).tidyUp();
  const metrics = async () => (await fetch(`${app.url}/metrics`)).text();
  /** From now on the table refuses to lose the rows that meet the condition. */
  async function guard(table: string, condition: string): Promise<void> {
    await app.rows({
      strings: [
        `CREATE FUNCTION kept_${table}() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN IF ${condition} THEN RAISE EXCEPTION 'kept'; END IF; RETURN OLD; END $$`,
      ],
      gaps: [],
    });
    await app.rows({
      strings: [
        `CREATE TRIGGER kept BEFORE DELETE ON ${table} FOR EACH ROW EXECUTE FUNCTION kept_${table}()`,
      ],
      gaps: [],
    });
  }
  async function register(email: string): Promise<void> {
    const { status } = await new YatClient(app).post('/users', {
      email,
      password: 'gelbe Kanne im Schnee 7',
    });
    expect(status).toBe(200);
  }

  it('does the other duties when one fails, and says which and how often', async () => {
    await app.createAccount({ email: 'tidy@example.com' });
    await new NavixyClient(app).pending('tidy@example.com');
    await new NavixyClient(app).signIn('tidy@example.com', 'wrong');
    await guard('password_failures', 'true');
    app.clock.advanceSeconds(8 * DAY_SECONDS);
    await tidyUp();
    expect(await app.rows(sql`SELECT FROM messages`)).toEqual([]);
    expect(await app.rows(sql`SELECT FROM password_failures`)).toHaveLength(2);
    const text = await metrics();
    expect(text).toContain('countersign_housekeeping_failures_total{duty="password_failures"} 1');
    expect(text).toContain('countersign_housekeeping_failures_total{duty="messages"} 0');
    expect(text).not.toContain('last_success_timestamp_seconds{duty="password_failures"}');
    expect(logged.mock.calls).toEqual([
      [expect.anything(), expect.stringMatching(/^password_failures: StatementError/)],
    ]);
  });

  it('deletes the registrations that nobody proved, but for the one that cannot be', async () => {
    for (const name of ['one', 'bad', 'two']) await register(`${name}@example.com`);
    await guard('accounts', `OLD.email = 'bad@example.com'`);
    app.clock.advanceSeconds(8 * DAY_SECONDS);
    await tidyUp();
    expect(await app.rows(sql`SELECT email FROM accounts`)).toEqual([{ email: 'bad@example.com' }]);
    expect(await metrics()).toContain('countersign_housekeeping_failures_total{duty="unproven_accounts"} 1');
  });

  it('keeps a recovery that ended for seven days, and one that waits for as long as it does', async () => {
    const { id } = await app.createAccount({ email: 'gone@example.com' });
    const now = app.clock.now();
    for (const [n, ended] of [now, null].entries())
      await app.rows(sql`
        INSERT INTO pending_recoveries (id, account_id, protocol, credentials, created_at, due_at, ended_at, end_reason)
        VALUES (${n}::bigint, ${id}::bigint, 'dfns', '[]', ${now}::timestamptz, ${now}::timestamptz + interval '1 year',
          ${ended}::timestamptz, ${ended && 'stopped'}::text)`);
    const left = async () => (await app.rows(sql`SELECT id FROM pending_recoveries`)).length;
    app.clock.advanceSeconds(7 * DAY_SECONDS - 1);
    await tidyUp();
    expect(await left()).toBe(2);
    app.clock.advanceSeconds(1);
    await tidyUp();
    expect(await left()).toBe(1);
  });

  it('finds no row that another table holds: every reference lets go', async () => {
    const holding = await app.rows(sql`
      SELECT conname FROM pg_constraint WHERE contype = 'f' AND confdeltype NOT IN ('c', 'n')`);
    expect(holding).toEqual([]);
  });
});
