import { raw, sql } from '@app/database';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

const DAY_SECONDS = 86_400;

describe('housekeeping', () => {
  let app: TestApp;
  let client: NavixyClient;

  beforeEach(async () => {
    app = await TestApp.start();
    client = new NavixyClient(app);
    await app.createAccount({ email: 'tidy@example.com' });
  });
  afterEach(() => app.stop());

  const tidyUp = () => app.nest.get(HousekeepingService).tidyUp();
  const count = async (table: string) =>
    Number((await app.rows<{ n: string }>(sql`SELECT count(*) AS n FROM ${raw(table)}`))[0]?.n);

  it('leaves everything that still counts', async () => {
    const { hash, code } = await client.pending('tidy@example.com');
    await client.signIn('tidy@example.com', 'wrong');
    await tidyUp();
    expect(await count('password_failures')).toBe(2);
    expect((await client.verify(hash, code)).status).toBe(200);
  });

  it('calls an attempt that ran out of time expired, and keeps it for seven days', async () => {
    await client.pending('tidy@example.com');
    app.clock.advanceSeconds(300);
    await tidyUp();
    expect(await app.rows(sql`SELECT status FROM attempts`)).toEqual([{ status: 'expired' }]);
    app.clock.advanceSeconds(7 * DAY_SECONDS - 1);
    await tidyUp();
    expect(await count('attempts')).toBe(1);
    app.clock.advanceSeconds(1);
    await tidyUp();
    expect(await count('attempts')).toBe(0);
    expect(await count('messages')).toBe(0);
  });

  it('forgets limits, wrong passwords and sessions once they are over, and the audit log much later', async () => {
    const { hash, code } = await client.pending('tidy@example.com');
    await client.verify(hash, code);
    await client.signIn('tidy@example.com', 'wrong');
    app.clock.advanceSeconds(37 * DAY_SECONDS + 1);
    await tidyUp();
    for (const table of ['request_limits', 'password_failures', 'send_windows', 'sessions']) {
      expect([table, await count(table)]).toEqual([table, 0]);
    }
    expect(await count('audit_events')).toBeGreaterThan(1);
    app.clock.advanceSeconds(400 * DAY_SECONDS);
    await tidyUp();
    expect(await count('audit_events')).toBe(0);
  });

  it('leaves the work to the replica that is at it', async () => {
    await client.pending('tidy@example.com');
    app.clock.advanceSeconds(300);
    const replica = await TestApp.start({}, app);
    await Promise.all([tidyUp(), replica.nest.get(HousekeepingService).tidyUp()]);
    await replica.stop();
    expect(await app.rows(sql`SELECT status FROM attempts`)).toEqual([{ status: 'expired' }]);
  });
});
