import { request } from 'node:http';
import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { TestApp } from '../support/test-app.js';
import { claimsOf, YatClient } from '../support/yat-client.js';

const REDIRECT = 'https://app.example.com/signed-in';
const PAGE = { headers: { 'User-Agent': 'page' } };

describe('a magic link', () => {
  let app: TestApp;
  let client: YatClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      YAT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      PUBLIC_URL: 'https://auth.example.com',
      REDIRECT_URLS: REDIRECT,
    });
    client = new YatClient(app);
  });
  afterAll(() => app.stop());

  async function ask(
    wanted: { secondFactor?: 'none' | 'totp' | 'email'; redirect?: string; language?: string } = {},
  ) {
    const { secondFactor = 'none', redirect, language } = wanted;
    const email = `link${(accounts += 1)}@example.com`;
    const { id, otpauthUri } = await app.createAccount({ email, secondFactor, language });
    expect((await client.post('/auth/magic_link', { email, redirect })).status).toBe(200);
    return { id, email, otpauthUri, ...(await mailed(email)) };
  }
  async function mailed(email: string) {
    const { text } = await app.mailbox.newest(email);
    const [link, notMe] = text.match(/https:\/\/auth\.example\.com\/\S+/g) as [string, string];
    const code = /^(\d{6})$/m.exec(text)?.[1] as string;
    return { link, notMe, code, token: new URL(link).searchParams.get('token') as string };
  }
  const open = (url: string, init: RequestInit = {}) =>
    fetch(url.replace('https://auth.example.com', app.url), { redirect: 'manual', ...PAGE, ...init });
  const press = (token: string, path = '/magic-link', headers: Record<string, string> = {}) =>
    open(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...PAGE.headers, ...headers },
      body: new URLSearchParams({ token }),
    });
  const tokensOf = (html: string) => {
    const attribute = /data-token-response="([^"]*)"/.exec(html)?.[1] as string;
    return JSON.parse(attribute.replaceAll('&quot;', '"')) as {
      access_token: string;
      refresh_token: string;
      requires_2fa?: string;
    };
  };
  const exchange = (body: object) => client.post('/auth/magic_link/token', body);

  it('states who asked, when and from where, and has one button', async () => {
    const { link } = await ask();
    const response = await open(link);
    const html = await response.text();
    expect(response.status).toBe(200);
    expect(html).toContain('@example.com');
    expect(html).toContain('15 January 2026 at 12:00 UTC');
    expect(html).toContain('127.0.0.1');
    expect(html.match(/<button/g)).toHaveLength(1);
  });

  it('is shown under a policy that runs nothing, keeps nothing and tells nobody its address', async () => {
    const { link } = await ask();
    const { headers } = await open(link);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/]+='; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('x-frame-options')).toBe('DENY');
    expect(headers.get('referrer-policy')).toBe('strict-origin');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('gives the tokens to the page when the button is pressed', async () => {
    const { token } = await ask();
    const response = await press(token);
    expect(response.status).toBe(200);
    const tokens = tokensOf(await response.text());
    expect(claimsOf(tokens.access_token)).toMatchObject({
      amr: ['email'],
      scopes: ['account:read', 'account:write'],
    });
    expect((await client.account(tokens.access_token)).status).toBe(200);
    expect((await client.refresh(tokens.refresh_token)).status).toBe(200);
  });

  it('leads on with a one-time exchange code and never with a token', async () => {
    const { link, token } = await ask({ redirect: REDIRECT });
    expect((await open(link)).headers.get('content-security-policy')).toContain(
      "form-action 'self' https://app.example.com;",
    );
    const response = await press(token);
    expect(response.status).toBe(303);
    const location = new URL(response.headers.get('location') as string);
    expect(`${location.origin}${location.pathname}`).toBe(REDIRECT);
    expect([...location.searchParams.keys()]).toEqual(['code']);
    const exchange_code = location.searchParams.get('code');
    const answers = await Promise.all(Array.from({ length: 8 }, () => exchange({ exchange_code })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect((await exchange({ exchange_code })).status).toBe(401);
  });

  it('gives an exchange code a minute', async () => {
    const { token } = await ask({ redirect: REDIRECT });
    const location = new URL((await press(token)).headers.get('location') as string);
    app.clock.advanceSeconds(60);
    expect((await exchange({ exchange_code: location.searchParams.get('code') })).status).toBe(401);
  });

  it('comes with a code for another device, good with the name it was asked for with', async () => {
    const { email, code, token } = await ask();
    const other = await ask();
    expect((await exchange({ email: other.email, code })).status).toBe(401);
    expect((await exchange({ email: 'nobody@example.com', code })).status).toBe(401);
    expect((await exchange({ email, code })).status).toBe(200);
    expect((await exchange({ email, code })).status).toBe(401);
    expect((await press(token)).status).toBe(410);
  });

  it('is taken from an app that opens links by itself', async () => {
    const { token } = await ask();
    expect((await exchange({ token })).status).toBe(200);
    expect((await exchange({ token })).status).toBe(401);
  });

  it('yields pending tokens for an account with an authenticator', async () => {
    const { token, otpauthUri } = await ask({ secondFactor: 'totp' });
    const tokens = tokensOf(await (await press(token)).text());
    expect(tokens.requires_2fa).toBe('GoogleAuthenticator');
    expect((await client.account(tokens.access_token)).status).toBe(401);
    const code = new Authenticator(app, otpauthUri as string).code();
    const { status, body } = await client.confirm(tokens.refresh_token, code);
    expect(status).toBe(200);
    expect(claimsOf(body.access_token).amr).toEqual(['email', 'otp']);
  });

  it('opens nothing by itself where mails are the second factor: one mailbox is never two', async () => {
    const { token } = await ask({ secondFactor: 'email' });
    const response = await press(token);
    expect(response.status).toBe(403);
    expect(await response.text()).not.toContain('data-token-response');
  });

  it('lives 900 s', async () => {
    const [one, other] = [await ask(), await ask()];
    app.clock.advanceSeconds(899);
    expect((await press(one.token)).status).toBe(200);
    app.clock.advanceSeconds(1);
    expect((await open(other.link)).status).toBe(410);
    expect((await press(other.token)).status).toBe(410);
    expect((await exchange({ email: other.email, code: other.code })).status).toBe(401);
  });

  it('speaks the language of the account, and of the browser where none is known', async () => {
    const { link } = await ask({ language: 'de' });
    expect(await (await open(link)).text()).toContain('<html lang="de" dir="ltr">');
    const unknown = await open(`${app.url}/magic-link?token=unknown`, {
      headers: { 'Accept-Language': 'de-AT,en;q=0.5' },
    });
    expect(unknown.status).toBe(410);
    expect(await unknown.text()).toContain('Dieser Link gilt nicht mehr');
  });

  it('says so in another browser than the one that asked, and points to the code', async () => {
    const { link } = await ask();
    expect(await (await open(link)).text()).toContain('six-digit code of the same mail');
    const same = await open(link, { headers: { 'User-Agent': 'node' } });
    expect(await same.text()).not.toContain('six-digit code of the same mail');
  });

  it('is ended by who did not ask, and that is noted', async () => {
    const { id, email, notMe, token, code } = await ask();
    expect((await open(notMe)).status).toBe(200);
    expect((await open(notMe, { method: 'HEAD' })).status).toBe(200);
    expect((await press(token, '/magic-link/not-me')).status).toBe(200);
    expect((await press(token)).status).toBe(410);
    expect((await exchange({ email, code })).status).toBe(401);
    expect((await press(token, '/magic-link/not-me')).status).toBe(410);
    const events = await app.rows(
      sql`SELECT event, outcome FROM audit_events WHERE account_id = ${id} AND event = 'magic_link.dismiss'`,
    );
    expect(events).toEqual([{ event: 'magic_link.dismiss', outcome: 'dismissed' }]);
  });

  it('is built from PUBLIC_URL, whatever Host and X-Forwarded headers say', async () => {
    const email = 'forged@example.com';
    await app.createAccount({ email, secondFactor: 'none' });
    const status = await new Promise<number | undefined>((resolve, reject) => {
      // fetch would set Host itself.
      const headers = {
        Host: 'evil.example',
        'X-Forwarded-Host': 'evil.example',
        'X-Forwarded-Proto': 'http',
        Forwarded: 'host=evil.example',
      };
      const call = request(`${app.url}/auth/magic_link`, { method: 'POST', headers }, (response) => {
        response.resume().on('end', () => resolve(response.statusCode));
      });
      call.on('error', reject).end(JSON.stringify({ email }));
    });
    expect(status).toBe(200);
    const { text, html } = await app.mailbox.newest(email);
    expect(text).not.toContain('evil');
    expect(html).not.toContain('evil');
    expect((await mailed(email)).link).toMatch(/^https:\/\/auth\.example\.com\/magic-link\?token=/);
  });

  it('escapes what a caller has put into a header', async () => {
    const { link } = await ask();
    const html = await (await open(link, { headers: { 'User-Agent': '<script>alert(1)</script>' } })).text();
    expect(html).not.toContain('<script');
  });

  it('claims the mailbox: the first proof ends what an unproven registration left', async () => {
    const email = 'squatted@example.com';
    const squatter = (await client.post('/users', { email, password: 'the password of a squatter' })).body;
    await client.post('/auth/magic_link', { email });
    const { token } = await mailed(email);
    const tokens = tokensOf(await (await press(token)).text());
    expect(tokens).toMatchObject({ has_password: false });
    expect((await client.account(tokens.access_token)).body.user).toMatchObject({ is_active: true });
    expect((await client.refresh(squatter.refresh_token)).status).toBe(401);
    expect((await client.account(squatter.access_token)).status).toBe(401);
    expect((await client.signIn(email, 'the password of a squatter')).status).toBe(401);
  });

  it('abuse: scanners and previews open it ten times by HEAD and GET and it is still good', async () => {
    const { link, token } = await ask();
    for (let times = 0; times < 10; times += 1) {
      expect((await open(link, { method: 'HEAD' })).status).toBe(200);
      expect(
        (await open(link, { headers: { 'Sec-Purpose': 'prefetch', 'User-Agent': 'scanner' } })).status,
      ).toBe(200);
    }
    expect((await press(token)).status).toBe(200);
  });

  it('abuse: of 32 presses at once one signs in', async () => {
    const { token } = await ask();
    const answers = await Promise.all(Array.from({ length: 32 }, () => press(token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('abuse: a page of another site cannot press the button', async () => {
    const { token } = await ask();
    for (const path of ['/magic-link', '/magic-link/not-me']) {
      expect((await press(token, path, { 'Sec-Fetch-Site': 'cross-site' })).status).toBe(403);
      expect((await press(token, path, { Origin: 'https://evil.example' })).status).toBe(403);
      expect((await press(token, path, { Origin: 'null' })).status).toBe(403);
    }
    expect((await press(token, '/magic-link', { Origin: 'https://auth.example.com' })).status).toBe(200);
  });

  it('abuse: its code is guessed five times and no more, and the link outlives that', async () => {
    const { email, code, link } = await ask();
    for (let guess = 0; guess < 5; guess += 1) {
      expect((await exchange({ email, code: code === '000000' ? '111111' : '000000' })).status).toBe(401);
    }
    expect((await exchange({ email, code })).status).toBe(401);
    expect((await open(link)).status).toBe(200);
  });
});
