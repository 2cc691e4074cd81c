import { sql } from '@app/database';
import { WRONG_CODES_LIMIT } from '@app/operators';
import { HousekeepingService } from '../../apps/auth/src/housekeeping/housekeeping.service.js';
import { ConsoleClient, OPERATOR_PASSWORD } from '../support/console-client.js';
import { TestApp } from '../support/test-app.js';

const IDLE_SECONDS = 1800;
const SESSION_SECONDS = 28_800;
const DAY = 86_400;
/** Beyond the limit of passwords by network: each test tries as often as it needs. */
const AMPLE = { PASSWORD_TRIES_LIMIT: '1000', PASSWORD_HOURLY_LIMIT: '1000' };

describe('the way into the console', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off', ...AMPLE });
  });
  afterAll(() => app.stop());

  const outcomesOf = async ({ email }: { email: string }) =>
    (
      await app.rows<{ outcome: string }>(
        sql`SELECT outcome FROM audit_events WHERE event = ${`operator.sign_in ${email}`} ORDER BY id`,
      )
    ).map(({ outcome }) => outcome);

  it('begins with an invitation, and opens the console with the two factors that were chosen', async () => {
    const client = await ConsoleClient.of(app);
    expect((await client.get('/console')).status).toBe(200);
    const other = await ConsoleClient.of(app);
    other.carry('');
    expect(await other.signIn()).toMatchObject({ status: 303, location: '/console' });
    const page = await other.get('/console');
    expect([page.status, page.text.includes(other.email)]).toEqual([200, true]);
    expect(await outcomesOf(other)).toEqual(['signed_in']);
  });

  it('takes both factors or none: neither page nor status says which was wrong', async () => {
    const client = await ConsoleClient.of(app);
    const wrong = [
      await client.signIn({ password: 'another password altogether' }),
      await client.signIn({ code: '000000' }),
      await client.signIn({ email: app.given.email() }),
      await client.signIn({ email: 'nonsense' }),
      await client.signIn({ code: '', password: '' }),
    ];
    const shown = ({ text }: { text: string }) => text.replace(/value="[^"]*"/, '');
    expect(new Set(wrong.map(({ status }) => status))).toEqual(new Set([401]));
    expect(new Set(wrong.map(shown)).size).toBe(1);
    expect(await outcomesOf(client)).toEqual(['wrong_password', 'wrong_code', 'wrong_password']);
  });

  it('takes a code once, also when it comes many times at once', async () => {
    const client = await ConsoleClient.of(app);
    app.clock.advanceSeconds(30);
    const code = client.authenticator.code();
    const fields = { email: client.email, password: OPERATOR_PASSWORD, code };
    const tries = Array.from({ length: 5 }, () => new ConsoleClient(app).post('/console/sign-in', fields));
    const statuses = (await Promise.all(tries)).map(({ status }) => status).sort();
    expect(statuses).toEqual([303, 401, 401, 401, 401]);
    // Not the one before it either, which is right still.
    expect((await client.signIn({ code: client.authenticator.code(-30) })).status).toBe(401);
  });

  it('does not take the code again by which the authenticator was set up', async () => {
    const client = await ConsoleClient.of(app);
    const code = client.authenticator.code();
    const fields = { email: client.email, password: OPERATOR_PASSWORD, code };
    expect((await client.post('/console/sign-in', fields)).status).toBe(401);
  });

  it('bears so many wrong codes behind the right password, and then nothing but a new invitation', async () => {
    const client = await ConsoleClient.of(app);
    for (let wrong = 1; wrong < WRONG_CODES_LIMIT; wrong += 1) await client.signIn({ code: '000000' });
    expect((await client.signIn()).status).toBe(303);
    for (let wrong = 1; wrong <= WRONG_CODES_LIMIT; wrong += 1) await client.signIn({ code: '000000' });
    expect((await client.signIn()).status).toBe(401);
    expect((await outcomesOf(client)).at(-1)).toBe('locked');
  });

  it('counts no wrong code without the right password: no stranger keeps an operator out by that', async () => {
    const client = await ConsoleClient.of(app);
    for (let wrong = 0; wrong <= WRONG_CODES_LIMIT; wrong += 1)
      await client.signIn({ code: '000000', password: 'another password altogether' });
    expect((await client.signIn()).status).toBe(303);
  });

  it('gives a new session each time, whatever cookie the browser came with', async () => {
    const client = await ConsoleClient.of(app);
    const planted = 'x'.repeat(43);
    client.carry(`operator=${planted}`);
    expect((await client.signIn()).status).toBe(303);
    expect(client.token).not.toBe(planted);
    const stranger = new ConsoleClient(app);
    stranger.carry(`operator=${planted}`);
    expect(await stranger.get('/console')).toMatchObject({ status: 303, location: '/console/sign-in' });
  });

  it('keeps the token from scripts, from other sites, and out of the database', async () => {
    const client = await ConsoleClient.of(app);
    const cookie = (await client.signIn()).headers.getSetCookie()[0] ?? '';
    expect(cookie).toMatch(/^operator=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
    const rows = await app.rows<{ row: string }>(sql`SELECT s::text AS row FROM operator_sessions s`);
    expect(rows.some(({ row }) => row.includes(client.token))).toBe(false);
  });

  it('ends a session that was not used for half an hour, and none that was', async () => {
    const client = await ConsoleClient.of(app);
    app.clock.advanceSeconds(IDLE_SECONDS - 1);
    expect((await client.get('/console')).status).toBe(200);
    app.clock.advanceSeconds(IDLE_SECONDS - 1);
    expect((await client.get('/console')).status).toBe(200);
    app.clock.advanceSeconds(IDLE_SECONDS);
    expect((await client.get('/console')).status).toBe(303);
  });

  it('ends every session after eight hours, however much it is used', async () => {
    const client = await ConsoleClient.of(app);
    for (let used = 0; used + IDLE_SECONDS / 2 < SESSION_SECONDS; used += IDLE_SECONDS / 2) {
      expect((await client.get('/console')).status).toBe(200);
      app.clock.advanceSeconds(IDLE_SECONDS / 2);
    }
    app.clock.advanceSeconds(IDLE_SECONDS / 2 - 1);
    expect((await client.get('/console')).status).toBe(200);
    app.clock.advanceSeconds(1);
    expect((await client.get('/console')).status).toBe(303);
  });

  it('is forgotten by housekeeping when it is over, though its operator does not come back', async () => {
    const client = await ConsoleClient.of(app);
    const kept = async () => {
      await app.nest.get(HousekeepingService).tidyUp();
      const rows = await app.rows(sql`
        SELECT FROM operator_sessions s JOIN operators o ON o.id = s.operator_id WHERE o.email = ${client.email}`);
      return rows.length;
    };
    app.clock.advanceSeconds(SESSION_SECONDS - 1);
    expect(await kept()).toBe(1);
    app.clock.advanceSeconds(1);
    expect(await kept()).toBe(0);
  });

  it('is left by signing out, for good', async () => {
    const client = await ConsoleClient.of(app);
    const cookie = `operator=${client.token}`;
    const out = await client.submit('/console/sign-out', await client.get('/console'));
    expect(out).toMatchObject({ status: 303, location: '/console/sign-in' });
    expect(client.token).toBe('');
    client.carry(cookie);
    expect((await client.get('/console')).status).toBe(303);
  });

  it('does not open to an account with the same address', async () => {
    const { email } = await app.given.person({ factor: 'totp', password: OPERATOR_PASSWORD });
    const fields = { email, password: OPERATOR_PASSWORD, code: '000000' };
    expect((await new ConsoleClient(app).post('/console/sign-in', fields)).status).toBe(401);
  });

  describe('an invitation', () => {
    it('is good for a day, and once', async () => {
      const { path } = await ConsoleClient.invited(app);
      app.clock.advanceSeconds(DAY - 1);
      expect((await new ConsoleClient(app).answer(path)).status).toBe(303);
      expect((await new ConsoleClient(app).get(path)).status).toBe(410);
      const late = await ConsoleClient.invited(app);
      app.clock.advanceSeconds(DAY);
      expect((await new ConsoleClient(app).get(late.path)).status).toBe(410);
    });

    it('is answered by one of many who do at once', async () => {
      const { path } = await ConsoleClient.invited(app);
      const browsers = Array.from({ length: 4 }, () => new ConsoleClient(app).answer(path));
      const statuses = (await Promise.all(browsers)).map(({ status }) => status).sort();
      expect(statuses).toEqual([303, 410, 410, 410]);
    });

    it('shows another authenticator at each look, of which the one that is proven counts', async () => {
      const { path } = await ConsoleClient.invited(app);
      const scanner = await new ConsoleClient(app).get(path);
      const client = new ConsoleClient(app);
      const secretOf = (text: string) => /<code>([A-Z2-7]+)<\/code>/.exec(text)?.[1];
      expect(secretOf(scanner.text)).not.toBe(secretOf((await client.get(path)).text));
      expect((await client.answer(path)).status).toBe(303);
    });

    it.each([
      ['a code that is wrong', { code: '000000' }, 400, 'not the right code'],
      ['a password that is too short', { password: 'short' }, 400, '8 to 128 characters'],
      ['a password that is easy to guess', { password: 'password1' }, 400, 'common'],
      ['an authenticator that was not offered', { sealed: 't1.AAAA' }, 410, 'no longer good'],
      ['a token that is none', { token: 'x'.repeat(43) }, 410, 'no longer good'],
    ])('refuses %s, and stays good', async (_, change, status, says) => {
      const { path } = await ConsoleClient.invited(app);
      const client = new ConsoleClient(app);
      const refused = await client.answer(path, change);
      expect([refused.status, refused.text.includes(says)]).toEqual([status, true]);
      expect((await client.answer(path)).status).toBe(303);
    });

    it('of somebody else does not take an authenticator that another was offered', async () => {
      const [one, other] = [await ConsoleClient.invited(app), await ConsoleClient.invited(app)];
      const page = await new ConsoleClient(app).get(other.path);
      const sealed = /name="sealed" value="([^"]*)"/.exec(page.text)?.[1] ?? '';
      expect((await new ConsoleClient(app).answer(one.path, { sealed })).status).toBe(410);
    });
  });
});
