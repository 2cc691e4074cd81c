import { sql } from '@app/database';
import { DocspaceBrowser } from '../support/docspace-browser.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';

const PATH = '/authentication/logout';
const COOKIES = [
  'asc_auth_key',
  ...['PhoneAuth', 'PhoneActivation', 'TfaAuth', 'TfaActivation'].map((type) => `asc_confirm_key_${type}`),
];
const NOBODYS = 'x'.repeat(43);

describe('POST /api/2.0/authentication/logout', () => {
  let app: TestApp;
  let client: DocspaceClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  async function signedIn() {
    const { id, email } = await app.given.person();
    return { id, email, token: (await client.signIn(email)).body.response.token as string };
  }
  const logout = (headers: Record<string, string> = {}) => client.call('POST', PATH, undefined, headers);
  const cookie = (token: string) => ({ Cookie: `asc_auth_key=${token}` });
  const isGood = (token: string) => client.isGood({ Authorization: token });
  const endsOf = (id: string) =>
    app.rows<{ outcome: string }>(
      sql`SELECT outcome FROM audit_events WHERE account_id = ${id}::bigint AND event = 'session.end'`,
    );
  const events = async () =>
    (await app.rows<{ count: string }>(sql`SELECT count(*) FROM audit_events`))[0]?.count;

  it('ends the session of the cookie or the header, clears every cookie and answers nothing', async () => {
    for (const headers of [cookie, (token: string) => ({ Authorization: `Bearer ${token}` })]) {
      const { id, token } = await signedIn();
      const { status, body, cookies, cleared, headers: sent } = await logout(headers(token));
      expect([status, 'response' in body, cookies, cleared]).toEqual([200, false, {}, COOKIES]);
      for (const each of sent.getSetCookie())
        expect(each).toMatch(
          /^\w+=; Path=\/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict$/,
        );
      expect(await isGood(token)).toBe(false);
      expect(await endsOf(id)).toEqual([{ outcome: 'ended' }]);
    }
  });

  it('leaves the other sessions of the account alone', async () => {
    const { email, token } = await signedIn();
    const other = (await client.signIn(email)).body.response.token as string;
    await logout({ Authorization: token });
    expect([await isGood(token), await isGood(other)]).toEqual([false, true]);
  });

  it('is 200 and clears the cookies for whatever is no session: else clients that log out at each 401 would go round for ever', async () => {
    const { token } = await signedIn();
    await logout({ Authorization: token });
    const { key } = await stepOf(await app.given.person({ factor: 'totp' }));
    const nothing: Record<string, string>[] = [
      {},
      { Authorization: '' },
      { Authorization: 'Bearer' },
      { Authorization: 'Basic eA==' },
      { Authorization: 'ü'.repeat(43) },
      { Authorization: 'x'.repeat(9000) },
      { Authorization: NOBODYS, Cookie: 'asc_auth_key=' },
      { Cookie: 'asc_auth_key=;; =; a' },
      { confirm: `type=TfaAuth&key=${key}` },
      cookie(NOBODYS),
      cookie(token),
      { Authorization: token },
      { Authorization: key },
    ];
    const before = await events();
    for (const headers of nothing) {
      const { status, cleared } = await logout(headers);
      expect([headers, status, cleared]).toEqual([headers, 200, COOKIES]);
    }
    expect(await events()).toBe(before);
    expect((await client.call('POST', '/authentication/confirm', { key })).body.response).toMatchObject({
      result: 0,
    });
  });

  it('is refused from a page of another site, where the browser sends its cookie along', async () => {
    const { id, token } = await signedIn();
    const elsewhere = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await logout({ ...cookie(token), ...elsewhere })).status).toBe(403);
    expect(await endsOf(id)).toEqual([]);
    // Who shows the token in a header has it: no page of another site can.
    expect((await logout({ Authorization: token, ...elsewhere })).status).toBe(200);
    expect(await endsOf(id)).toHaveLength(1);
  });

  it('is 200 for a session that has expired, and for one whose account is disabled', async () => {
    const { id, token } = await signedIn();
    await app.rows(sql`UPDATE accounts SET disabled_at = now() WHERE id = ${id}::bigint`);
    expect((await logout(cookie(token))).status).toBe(200);
    const old = await signedIn();
    app.clock.advanceSeconds(30 * 86_400);
    expect((await logout(cookie(old.token))).status).toBe(200);
    expect(await endsOf(old.id)).toEqual([]);
  });

  it('ends the session whose cookie goes, whatever the header says', async () => {
    for (const Authorization of ['garbage', NOBODYS, '']) {
      const { token } = await signedIn();
      await logout({ Authorization, ...cookie(token) });
      expect(await isGood(token)).toBe(false);
    }
    const [one, other] = [await signedIn(), await signedIn()];
    await logout({ Authorization: one.token, ...cookie(other.token) });
    expect([await isGood(one.token), await isGood(other.token)]).toEqual([false, false]);
  });

  it('lets the browser sign in again, and out, as often as it likes', async () => {
    const browser = new DocspaceBrowser(app);
    const { email, authenticator } = await app.given.person({ factor: 'totp' });
    for (const seconds of [0, 30]) {
      await browser.call('POST', '/authentication', { userName: email, password: 'correct horse battery' });
      const code = authenticator.code(seconds);
      await browser.call('POST', '/settings/tfaapp/validate', { code });
      expect([...browser.jar.keys()]).toEqual(['asc_auth_key']);
      await browser.call('POST', PATH);
      expect(browser.jar.size).toBe(0);
      expect((await browser.call('POST', PATH)).status).toBe(200);
    }
  });

  it('takes one round trip beside the limits where there is a token, none where there is not', async () => {
    const { token } = await signedIn();
    const counter = new StatementCounter(app);
    expect(await counter.during(() => logout(cookie(token)))).toHaveLength(2);
    expect(await counter.during(() => logout())).toHaveLength(1);
    counter.stop();
  });

  it('is 405 for another method, and says which is right', async () => {
    const { status, headers } = await client.call('GET', PATH);
    expect([status, headers.get('allow')]).toEqual([405, 'POST']);
  });

  it('is 429 beyond the requests of one address', async () => {
    const small = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '1' }, app);
    const limited = new DocspaceClient(small);
    await limited.call('POST', PATH);
    const { status, headers } = await limited.call('POST', PATH);
    expect(status).toBe(429);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await small.stop();
  });

  describe('abuse', () => {
    it('of 16 calls at once all are 200, and one ends the session', async () => {
      const { id, token } = await signedIn();
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, i) => logout(i % 2 ? cookie(token) : { Authorization: token })),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(await isGood(token)).toBe(false);
      expect(await endsOf(id)).toEqual([{ outcome: 'ended' }]);
    });

    it('another site cannot sign anybody out: the cookie does not come along', async () => {
      const { cookies, headers } = await client.signIn((await app.given.person()).email);
      const [set = ''] = headers.getSetCookie();
      expect(set).toContain(`asc_auth_key=${cookies.asc_auth_key}`);
      expect(set).toMatch(/; HttpOnly; SameSite=Strict$/);
    });

    it('ends no session of another protocol by its credential', async () => {
      const { email } = await app.given.person();
      const answer = await fetch(`${app.url}/user/auth`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ login: email, password: 'correct horse battery' }),
      });
      const { hash } = (await answer.json()) as { hash: string };
      await logout({ Authorization: hash });
      await logout(cookie(hash));
      expect(
        await app.rows(sql`SELECT FROM sessions WHERE protocol = 'navixy' AND ended_at IS NULL`),
      ).toHaveLength(1);
    });
  });

  async function stepOf({ email }: { email: string }) {
    const { confirmUrl } = (await client.signIn(email)).body.response;
    return { key: new URL(confirmUrl as string).searchParams.get('key') as string };
  }
});
