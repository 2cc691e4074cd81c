import { raw, sql } from '@app/database';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

const IN_A_MINUTE = 60;
const HOUR_SECONDS = 3600;

/** A browser session is made for whoever brings none: what that costs, and for how long. */
describe('browser sessions that are made', () => {
  let app: TestApp;
  let networks = 0;

  beforeEach(async () => {
    app = await TestApp.start({ TRUSTED_PROXIES: 'loopback', WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
  });
  afterEach(() => app.stop());

  const network = () => `198.51.100.${(networks += 1)}`;
  const browser = (address = network()) => new WachtClient(app, { 'X-Forwarded-For': address });
  const flood = async (address: string, count: number) => {
    for (let made = 0; made < count; made += 1) expect((await browser(address).session()).status).toBe(200);
  };
  const rows = async (table: string) =>
    (await app.rows<{ n: number }>(sql`SELECT count(*)::int AS n FROM ${raw(table)}`))[0]?.n;
  const tidyUp = () => app.nest.get(HousekeepingService).tidyUp();

  it('are as many as a network is given in a minute, and not one more', async () => {
    const address = network();
    const known = browser(address);
    await known.session();
    await flood(address, IN_A_MINUTE - 1);
    const refused = await browser(address).session();
    expect([refused.status, refused.code]).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    expect(refused.headers.get('retry-after')).toBe('60');
    expect(refused.headers.getSetCookie()).toEqual([]);
    expect(await rows('browser_sessions')).toBe(IN_A_MINUTE);

    expect((await known.session()).status).toBe(200);
    expect((await browser().session()).status).toBe(200);
    app.clock.advanceSeconds(59);
    expect((await browser(address).session()).status).toBe(429);
    app.clock.advanceSeconds(1);
    expect((await browser(address).session()).status).toBe(200);
  });

  it('are counted whatever call makes them, and whatever cookie it made up', async () => {
    const address = network();
    await flood(address, IN_A_MINUTE);
    const madeUp = browser(address);
    madeUp.cookie = `__session=${'A'.repeat(43)}`;
    expect((await madeUp.session()).status).toBe(429);
    expect((await browser(address).signInWithPassword('nobody@example.com')).answer.status).toBe(429);
    expect(await rows('browser_sessions')).toBe(IN_A_MINUTE);
    expect(await rows('browser_attempts')).toBe(0);
  });

  it('are none too many when all are asked for at once', async () => {
    const address = network();
    const answers = await Promise.all(
      Array.from({ length: IN_A_MINUTE + 20 }, () => browser(address).session()),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(IN_A_MINUTE);
    expect(await rows('browser_sessions')).toBe(IN_A_MINUTE);
  });

  it('live for an hour after their last use, until somebody signs in', async () => {
    const client = browser();
    await client.session();
    app.clock.advanceSeconds(HOUR_SECONDS - 1);
    expect((await client.session()).headers.getSetCookie()).toEqual([]);
    app.clock.advanceSeconds(HOUR_SECONDS - 1);
    expect((await client.session()).headers.getSetCookie()).toEqual([]);
    app.clock.advanceSeconds(HOUR_SECONDS);
    expect((await client.session()).headers.getSetCookie()).toHaveLength(1);

    await app.createAccount({ email: 'stays@example.com', secondFactor: 'none' });
    await client.signInWithPassword('stays@example.com');
    await client.post('/session/sign-out');
    app.clock.advanceSeconds(HOUR_SECONDS + 1);
    expect((await client.session()).headers.getSetCookie()).toEqual([]);
  });

  it('are forgotten with that hour, attempts and all, and those with a sign-in after a week', async () => {
    await app.createAccount({ email: 'both@example.com', secondFactor: 'email' });
    await app.createAccount({ email: 'one@example.com', secondFactor: 'none' });
    const [empty, pending, signedIn] = [browser(), browser(), browser()];
    await empty.signIn({ strategy: 'email_otp', email: 'both@example.com' });
    await pending.signInWithPassword('both@example.com');
    await signedIn.signInWithPassword('one@example.com');
    app.clock.advanceSeconds(HOUR_SECONDS - 1);
    await tidyUp();
    expect([await rows('browser_sessions'), await rows('browser_attempts')]).toEqual([3, 3]);
    app.clock.advanceSeconds(1);
    await tidyUp();
    expect([await rows('browser_sessions'), await rows('browser_attempts')]).toEqual([2, 2]);
    expect((await signedIn.session()).body.session.signins).toHaveLength(1);
    app.clock.advanceSeconds(46 * 86_400);
    await tidyUp();
    expect([await rows('browser_sessions'), await rows('browser_attempts')]).toEqual([0, 0]);
  });
});
