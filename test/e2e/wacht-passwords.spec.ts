import { sql } from '@app/database';
import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

const STRONG = 'gelbe Kanne im Schnee 7';

describe('wacht passwords and names', () => {
  let app: TestApp;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      PASSWORD_RESET_URL: 'https://app.example.com/new-password?lang=en',
    });
  });
  afterAll(() => app.stop());

  async function person() {
    const email = `reset${(people += 1)}@example.com`;
    const { id } = await app.createAccount({ email, secondFactor: 'none' });
    return { email, id, client: new WachtClient(app) };
  }

  async function mailed() {
    const one = await person();
    await one.client.post('/auth/forgot-password', { email: one.email });
    const { text } = await app.mailbox.newest(one.email);
    const link = new URL(/https:\S+/.exec(text)?.[0] as string);
    return { ...one, link, token: link.searchParams.get('token') as string };
  }

  const reset = (token: string, password: string) =>
    new WachtClient(app).post('/auth/reset-password', { token, password });
  const signIn = async (email: string, password: string) =>
    (await new WachtClient(app).signInWithPassword(email, password)).answer.status;

  describe('POST /auth/forgot-password', () => {
    it('mails a link to the configured page and answers the same for an unknown address', async () => {
      const { link, email } = await mailed();
      expect(`${link.origin}${link.pathname}`).toBe('https://app.example.com/new-password');
      expect(link.searchParams.get('lang')).toBe('en');
      app.clock.advanceSeconds(60);
      const ask = async (address: string) => {
        const { status, body, headers } = await new WachtClient(app).post('/auth/forgot-password', {
          email: address,
        });
        return { status, body, headers: [...headers.keys()].sort() };
      };
      expect(await ask('nobody@example.com')).toEqual(await ask(email));
      expect(await ask('nobody@example.com')).toEqual(await ask(email));
    });

    it('is 429 RATE_LIMIT_EXCEEDED within a minute, and 400 without an address', async () => {
      const { client, email } = await mailed();
      const answer = await client.post('/auth/forgot-password', { email });
      expect(answer).toMatchObject({ status: 429, code: 'RATE_LIMIT_EXCEEDED' });
      expect(answer.headers.get('retry-after')).toBe('60');
      expect(await client.post('/auth/forgot-password', {})).toMatchObject({
        status: 400,
        code: 'VALIDATION_ERROR',
      });
    });
  });

  describe('POST /auth/reset-password', () => {
    it('changes the password once, and tells the owner', async () => {
      const { email, token } = await mailed();
      expect(await reset(token, STRONG)).toMatchObject({
        status: 200,
        body: { data: { success: true }, errors: [] },
      });
      expect([await signIn(email, PASSWORD), await signIn(email, STRONG)]).toEqual([401, 200]);
      expect((await app.mailbox.newest(email, 2)).subject).toContain('was changed');
      expect(await reset(token, 'noch ein anderes Wort 8')).toMatchObject({
        status: 400,
        code: 'INVALID_TOKEN',
      });
    });

    it('leaves the second factor in its place', async () => {
      const email = `reset${(people += 1)}@example.com`;
      await app.createAccount({ email, secondFactor: 'totp' });
      const before = app.mailbox.count(email);
      await new WachtClient(app).post('/auth/forgot-password', { email });
      const { text } = await app.mailbox.newest(email, before + 1);
      const token = new URL(/https:\S+/.exec(text)?.[0] as string).searchParams.get('token');
      expect((await reset(token as string, STRONG)).status).toBe(200);
      const { answer } = await new WachtClient(app).signInWithPassword(email, STRONG);
      expect(answer.body.session).toMatchObject({
        signin_attempts: [{ current_step: 'verify_second_factor' }],
        signins: [],
      });
    });

    it('leaves the link good when the new password is refused', async () => {
      const { token } = await mailed();
      expect((await reset(token, 'password1')).code).toBe('WEAK_PASSWORD');
      expect((await reset(token, 'short')).code).toBe('VALIDATION_ERROR');
      expect((await reset(token, STRONG)).status).toBe(200);
    });

    it('is EXPIRED_TOKEN after its life, and INVALID_TOKEN for what nobody was sent', async () => {
      const { token } = await mailed();
      app.clock.advanceSeconds(900);
      expect(await reset(token, STRONG)).toMatchObject({ status: 400, code: 'EXPIRED_TOKEN' });
      expect(await reset('A'.repeat(43), STRONG)).toMatchObject({ status: 400, code: 'INVALID_TOKEN' });
    });

    it('ends every session of the account, in all protocols', async () => {
      const { email, token, client } = await mailed();
      await client.signInWithPassword(email);
      const navixy = new NavixyClient(app);
      const { hash } = (await navixy.signIn(email)).body;
      await reset(token, STRONG);
      expect((await client.session()).body.session.signins).toEqual([]);
      expect((await navixy.post('/user/get_info', undefined, hash)).body.status?.code).toBe(4);
    });

    it('abuse: of 16 at once one wins, and no sign-in with the old password outlives it', async () => {
      const { email, id, token } = await mailed();
      const resets = Array.from({ length: 16 }, (_, i) => reset(token, `gelbe Kanne im Schnee ${i}`));
      const signIns = Array.from({ length: 16 }, () => signIn(email, PASSWORD));
      const answers = await Promise.all(resets);
      await Promise.all(signIns);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const live = await app.rows(sql`
        SELECT s.id FROM sessions s JOIN accounts a ON a.id = s.account_id
        WHERE a.id = ${id} AND s.ended_at IS NULL AND s.signed_in_at < a.password_changed_at`);
      expect(live).toEqual([]);
    });
  });

  describe('the page for an application without one', () => {
    const post = (token: string, password: string) =>
      fetch(`${app.url}/reset-password`, { method: 'POST', body: new URLSearchParams({ token, password }) });

    it('asks again for a refused password, changes nothing when it is only looked at, and works once', async () => {
      const { email, token } = await mailed();
      for (let opened = 0; opened < 3; opened += 1)
        expect((await fetch(`${app.url}/reset-password?token=${token}`)).status).toBe(200);
      const weak = await post(token, 'password1');
      expect(weak.status).toBe(400);
      expect(await weak.text()).toMatch(/role="alert">[^<]*password/);
      expect((await post(token, STRONG)).status).toBe(200);
      expect(await signIn(email, STRONG)).toBe(200);
      expect((await post(token, 'noch ein anderes Wort 8')).status).toBe(410);
    });

    it('masks what is typed, and lets password managers fill it in', async () => {
      const { token } = await mailed();
      const page = await (await fetch(`${app.url}/reset-password?token=${token}`)).text();
      expect(page).toMatch(/<input type="password" name="password" autocomplete="new-password"/);
      expect(page).not.toMatch(/onpaste|<script/);
    });

    it('speaks the language of the browser, and of a weak password too', async () => {
      const { token } = await mailed();
      const german = { 'Accept-Language': 'fr;q=0.4, de-AT' };
      const opened = await fetch(`${app.url}/reset-password?token=${token}`, { headers: german });
      expect(await opened.text()).toContain('<h1>Neues Passwort wählen</h1>');
      const body = new URLSearchParams({ token, password: 'password1' });
      const weak = await fetch(`${app.url}/reset-password`, { method: 'POST', headers: german, body });
      expect(await weak.text()).toContain('role="alert">Dieses Passwort ist leicht zu erraten.');
      const dead = await fetch(`${app.url}/reset-password`, { headers: german });
      expect(await dead.text()).toContain('Dieser Link gilt nicht mehr');
    });

    it('is not filled in by a page of another site', async () => {
      const { token } = await mailed();
      const from = (headers: Record<string, string>) => {
        const body = new URLSearchParams({ token, password: STRONG });
        return fetch(`${app.url}/reset-password`, { method: 'POST', headers, body });
      };
      expect((await from({ 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
      expect((await from({ Origin: 'https://evil.example' })).status).toBe(403);
      expect((await from({ 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
    });

    it('never repeats a token as markup, and takes no odd input for a server error', async () => {
      const page = await fetch(
        `${app.url}/reset-password?token=${encodeURIComponent('"><script>x</script>')}`,
      );
      expect(await page.text()).not.toContain('<script>');
      expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
      for (const query of ['', '?token[]=1', '?token=a&token=b', '?token=%00']) {
        expect((await fetch(`${app.url}/reset-password${query}`)).status).toBe(410);
      }
      expect((await fetch(`${app.url}/reset-password`, { method: 'POST' })).status).toBe(410);
    });
  });

  describe('POST /auth/identifier-availability', () => {
    const ask = (body: object) => new WachtClient(app).post('/auth/identifier-availability', body);

    it('tells whether an address or a name is free', async () => {
      const { email } = await person();
      await app.createAccount({ email: 'named@example.com', username: 'named.one' });
      expect((await ask({ email: email.toUpperCase() })).body.data).toEqual({
        available: false,
        identifier_type: 'email',
        identifier: email,
      });
      expect((await ask({ email: 'free@example.com' })).body.data.available).toBe(true);
      expect((await ask({ username: 'Named.One' })).body.data).toEqual({
        available: false,
        identifier_type: 'username',
        identifier: 'named.one',
      });
    });

    it('is MISSING_IDENTIFIER without either, and INVALID_EMAIL for what is none', async () => {
      expect(await ask({})).toMatchObject({ status: 400, code: 'MISSING_IDENTIFIER' });
      expect(await ask({ email: 'no address' })).toMatchObject({ status: 400, code: 'INVALID_EMAIL' });
      expect(await ask({ email: ['a@example.com'] })).toMatchObject({
        status: 400,
        code: 'VALIDATION_ERROR',
      });
    });
  });
});
