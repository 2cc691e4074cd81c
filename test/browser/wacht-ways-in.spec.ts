import type { Server } from 'node:http';
import type { Browser, BrowserContext, CDPSession, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { IdentityProviderServer } from '../support/identity-provider.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { serveProxy } from './proxy.js';
import { servePage } from './wacht-page.js';

/** What an application does with passkeys, by the browser's own reader and writer of their JSON. */
const PAGE = `<!doctype html>
<html lang="en">
<title>Example</title>
<input name="login" autocomplete="username webauthn">
<script>
const api = new URLSearchParams(location.search).get('api') || sessionStorage.api;
sessionStorage.api = api;
async function call(path, body) {
  const answer = await fetch(api + path, {
    method: body === undefined ? 'GET' : 'POST',
    credentials: 'include',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return answer.json();
}
async function addPasskey() {
  const { data } = await call('/me/passkeys/register/begin', {});
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(data.options.publicKey);
  const credential = await navigator.credentials.create({ publicKey });
  return call('/me/passkeys/register/finish', { credential: credential.toJSON(), name: 'in the browser' });
}
async function signInByPasskey(whom, mediation) {
  const { data } = await call('/auth/passkey/login/begin', whom);
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(data.options.publicKey);
  const credential = await navigator.credentials.get({ publicKey, mediation });
  return call('/auth/passkey/login/finish', credential.toJSON());
}
</script>
</html>`;

interface Answer {
  status: number;
  data: { oauth_url: string; name: string };
  session: { active_signin: { user_id: string } | null };
  errors: { code: string }[];
}

describe('other ways in of a wacht client, in a real browser', () => {
  let idp: IdentityProviderServer;
  let app: TestApp;
  let way: { url: string; server: Server };
  let api: string;
  let site: { origin: string; server: Server };
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let devtools: CDPSession;
  let authenticatorId: string;

  beforeAll(async () => {
    site = await servePage(PAGE);
    way = await serveProxy(() => app.url);
    api = way.url.replace('127.0.0.1', 'localhost');
    idp = await IdentityProviderServer.start([`${api}/auth/sso/callback`]);
    app = await TestApp.start({
      ...idp.environment({ name: 'Acme' }),
      PUBLIC_URL: api,
      CORS_ORIGINS: site.origin,
      REDIRECT_URLS: `${site.origin}/`,
      limits: 'off',
    });
    // The provider's own time is the system's.
    app.clock.advanceSeconds((Date.now() - app.clock.now().getTime()) / 1000);
    browser = await launchChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    await idp?.stop();
    for (const { server } of [site, way]) {
      server?.closeAllConnections();
      server?.close();
    }
  });

  beforeEach(async () => {
    context = await browser.newContext();
    page = await context.newPage();
    devtools = await context.newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    ({ authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', { options }));
    await page.goto(`${site.origin}/?api=${api}`);
  });
  afterEach(() => context.close());

  const run = (script: string) => page.evaluate(script) as Promise<Answer>;
  const call = (path: string, body?: object) =>
    run(`call(${JSON.stringify(path)}${body ? `, ${JSON.stringify(body)}` : ''})`);
  const signedInAs = async () => (await call('/session')).session.active_signin?.user_id;

  /** Somebody with a passkey in this browser, who has signed out. */
  async function owner() {
    const person = await app.given.person();
    await call('/auth/signin', { strategy: 'plain_email', email: person.email, password: PASSWORD });
    expect(await run('addPasskey()')).toMatchObject({ status: 200, data: { name: 'in the browser' } });
    await call('/session/sign-out', {});
    expect(await signedInAs()).toBeUndefined();
    return person;
  }

  it('signs in by the passkey of who is named', async () => {
    const { id, email } = await owner();
    const answer = await run(`signInByPasskey(${JSON.stringify({ email })})`);
    expect([answer.status, await signedInAs()]).toEqual([200, id]);
  });

  it('signs in by a passkey alone, which knows whose it is', async () => {
    const { id } = await owner();
    expect((await run('signInByPasskey({})')).session.active_signin).toMatchObject({ user_id: id });
    expect(await signedInAs()).toBe(id);
  });

  it('signs in from the autofill of a form, when its person chooses the passkey there', async () => {
    const { id } = await owner();
    expect(await page.evaluate('PublicKeyCredential.isConditionalMediationAvailable()')).toBe(true);
    await page.locator('[name=login]').focus();
    const answer = await run(`signInByPasskey({}, 'conditional')`);
    expect(answer.session.active_signin).toMatchObject({ user_id: id });
    expect(await signedInAs()).toBe(id);
  }, 20_000);

  it('abuse: takes no passkey that has not asked its person', async () => {
    const { email } = await owner();
    await devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified: false });
    const refused = await run(
      `signInByPasskey(${JSON.stringify({ email })}).catch((error) => ({ errors: [{ code: error.name }] }))`,
    );
    expect(refused.errors[0]?.code).toBe('NotAllowedError');
    expect(await signedInAs()).toBeUndefined();
  });

  describe('at an OpenID Connect provider', () => {
    const there = async () => {
      const { data } = await call('/auth/oauth2/init', { provider: 'Acme', redirect_uri: `${site.origin}/` });
      return data.oauth_url;
    };

    it('goes there and comes back signed in, to the page that was named', async () => {
      const { id, email } = await app.given.person();
      idp.people.set('in-browser', { sub: 'in-browser', email, email_verified: true });
      await page.goto(`${await there()}&login_hint=in-browser`);
      expect(page.url()).toBe(`${site.origin}/`);
      expect(await signedInAs()).toBe(id);
    });

    it('abuse: the way back of another browser signs nobody in here', async () => {
      const { email } = await app.given.person();
      idp.people.set('thief', { sub: 'thief', email, email_verified: true });
      const back = await idp.back(await there(), 'thief');
      const victim = await browser.newContext();
      const tab = await victim.newPage();
      await tab.goto(back.href);
      expect(await tab.locator('body').textContent()).toContain('INVALID_ATTEMPT');
      await tab.goto(`${api}/session`);
      expect(await tab.locator('body').textContent()).toContain('"active_signin":null');
      await victim.close();
    });
  });
});
