import { sql } from '@app/database';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { Interleaving } from '../support/interleaving.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { mailedLink } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const DAY_SECONDS = 86_400;
const WAITS = 7 * DAY_SECONDS;

describe('an account that nobody has proven', () => {
  let app: TestApp;
  let yat: YatClient;

  beforeEach(async () => {
    app = await TestApp.start();
    yat = new YatClient(app);
  });
  afterEach(() => app.stop());

  const register = async (email: string) => (await yat.post('/users', { email, password: PASSWORD })).body;
  const tidyUp = () => app.nest.get(HousekeepingService).tidyUp();
  const emails = async () => {
    await tidyUp();
    return (await app.rows<{ email: string }>(sql`SELECT email FROM accounts ORDER BY email`)).map(
      ({ email }) => email,
    );
  };

  it('is deleted after seven days in which nobody used it, with all that hangs on it but the audit log', async () => {
    await register('gone@example.com');
    await yat.signIn('gone@example.com', 'not the password');
    await app.rows(sql`
      INSERT INTO guess_budgets (subject, factor) SELECT id::text, 'second' FROM accounts WHERE email = 'gone@example.com'`);
    app.clock.advanceSeconds(WAITS - 1);
    expect(await emails()).toEqual(['gone@example.com']);
    app.clock.advanceSeconds(1);
    expect(await emails()).toEqual([]);
    for (const left of [sql`SELECT FROM sessions`, sql`SELECT FROM guess_budgets`])
      expect(await app.rows(left)).toEqual([]);
    expect(await app.rows(sql`SELECT event FROM audit_events WHERE event = 'account.register'`)).toHaveLength(
      1,
    );
    expect((await yat.post('/users', { email: 'gone@example.com', password: PASSWORD })).status).toBe(200);
  });

  it('stays when it is proven, invited, disabled, brought along or an operator’s', async () => {
    await register('disabled@example.com');
    await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()}::timestamptz`);
    await register('proven@example.com');
    await yat.post('/auth/magic_link/token', { token: await mailedLink(app, 'proven@example.com') });
    await app.invite({ email: 'invited@example.com' });
    await app.createAccount({ email: 'made@example.com' });
    await register('brought@example.com');
    await app.rows(sql`
      INSERT INTO imported_accounts (account_id, imported_at) SELECT id, now() FROM accounts WHERE email = 'brought@example.com'`);
    app.clock.advanceSeconds(40 * DAY_SECONDS);
    expect(await emails()).toEqual([
      'brought@example.com',
      'disabled@example.com',
      'invited@example.com',
      'made@example.com',
      'proven@example.com',
    ]);
  });

  it('stays while it is used: signed in to lately, or refreshed and still signed in', async () => {
    await register('signs-in@example.com');
    const { refresh_token } = await register('refreshes@example.com');
    await register('unused@example.com');
    app.clock.advanceSeconds(DAY_SECONDS);
    await yat.signIn('signs-in@example.com');
    await yat.refresh(refresh_token);
    app.clock.advanceSeconds(WAITS - 1);
    expect(await emails()).toEqual(['refreshes@example.com', 'signs-in@example.com']);
    // Its sessions end 30 days after their last use.
    app.clock.advanceSeconds(23 * DAY_SECONDS);
    expect(await emails()).toEqual(['refreshes@example.com', 'signs-in@example.com']);
    app.clock.advanceSeconds(1);
    expect(await emails()).toEqual([]);
  });

  it('goes when its user has signed out, seven days after the last sign-in', async () => {
    await register('left@example.com');
    app.clock.advanceSeconds(DAY_SECONDS);
    const { access_token } = (await yat.signIn('left@example.com')).body;
    expect((await yat.call('DELETE', '/account/session', undefined, access_token)).status).toBeLessThan(500);
    await app.rows(
      sql`UPDATE sessions SET ended_at = ${app.clock.now()}::timestamptz, end_reason = 'logout' WHERE ended_at IS NULL`,
    );
    app.clock.advanceSeconds(WAITS - 1);
    expect(await emails()).toEqual(['left@example.com']);
    app.clock.advanceSeconds(1);
    expect(await emails()).toEqual([]);
  });

  it('is its owner’s when the proof comes at the same moment, and refused politely after it', async () => {
    await register('race@example.com');
    await register('late@example.com');
    const [token, late] = [
      await mailedLink(app, 'race@example.com'),
      await mailedLink(app, 'late@example.com'),
    ];
    await app.rows(sql`UPDATE accounts SET created_at = created_at - interval '8 days'`);
    await app.rows(sql`UPDATE sessions SET created_at = created_at - interval '8 days'`);
    const interleaving = await Interleaving.of(app.databaseUrl);
    const [proof] = await interleaving.meet(() => yat.post('/auth/magic_link/token', { token }), tidyUp);
    await interleaving.end();
    expect(proof.status).toBe(200);
    expect(await emails()).toEqual(['race@example.com']);
    expect((await yat.account(proof.body.access_token)).status).toBe(200);
    expect((await yat.post('/auth/magic_link/token', { token: late })).status).toBeLessThan(500);
  });

  it('stays when it is refreshed at the same moment', async () => {
    const { refresh_token } = await register('tabs@example.com');
    app.clock.advanceSeconds(WAITS);
    const interleaving = await Interleaving.of(app.databaseUrl);
    const [refreshed] = await interleaving.meet(() => yat.refresh(refresh_token), tidyUp);
    await interleaving.end();
    expect(refreshed.status).toBe(200);
    expect(await emails()).toEqual(['tabs@example.com']);
    expect((await yat.refresh(refreshed.body.refresh_token)).status).toBe(200);
  });
});
