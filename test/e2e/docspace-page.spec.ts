import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { TestApp } from '../support/test-app.js';

describe('the page behind confirmUrl', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  async function pageOf(secondFactor: 'sms' | 'totp', setUp = false) {
    const email = `page${(accounts += 1)}@example.com`;
    const phone = `+4915112${String(400_000 + accounts)}`;
    const { id, otpauthUri } = await app.createAccount({
      email,
      secondFactor: setUp ? 'none' : secondFactor,
      ...(secondFactor === 'sms' && !setUp && { phone }),
    });
    if (setUp) await app.rows(sql`UPDATE accounts SET second_factor = ${secondFactor} WHERE id = ${id}`);
    const { confirmUrl, tfaKey } = (await client.signIn(email)).body.response;
    const url = (confirmUrl as string).replace('http://localhost:0', app.url);
    const read = async (sent: Promise<Response>) => {
      const response = await sent;
      return { status: response.status, headers: response.headers, html: await response.text() };
    };
    const open = (language = 'en') => read(fetch(url, { headers: { 'Accept-Language': language } }));
    const send = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      read(fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) }));
    return { phone, open, send, authenticator: new Authenticator(app, String(otpauthUri ?? tfaKey)), tfaKey };
  }
  const cookieOf = ({ headers }: { headers: Headers }) => headers.getSetCookie()[0]?.split(';')[0] as string;

  it('asks for the code in the browser’s language, changes nothing when opened, loads nothing and is kept nowhere', async () => {
    const { open } = await pageOf('totp');
    const { status, headers, html } = await open();
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('referrer-policy')).toBe('strict-origin');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-\S+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(html).toContain('authenticator app');
    expect((await open('de-AT')).html).toContain('Authenticator-App');
  });

  it('signs in with the right code, once', async () => {
    const { send, open, authenticator } = await pageOf('totp');
    expect((await send({ code: '000000' })).status).toBe(422);
    const done = await send({ code: authenticator.code() });
    expect([done.status, done.html.includes('You are signed in')]).toEqual([200, true]);
    expect(await client.isGood({ Cookie: cookieOf(done) })).toBe(true);
    expect((await send({ code: authenticator.code() })).status).toBe(410);
    expect((await open()).status).toBe(410);
  });

  it('sets an authenticator up: shows the key and its QR code', async () => {
    const { open, send, authenticator, tfaKey } = await pageOf('totp', true);
    const { html, headers } = await open();
    expect(headers.get('content-security-policy')).toContain('; img-src data:;');
    expect(html).toContain(`<code dir="ltr">${tfaKey}</code>`);
    expect(html).toContain('data:image/svg+xml;base64,');
    expect((await send({ code: authenticator.code() })).status).toBe(200);
  });

  it('asks for a phone, then for the code that was texted to it', async () => {
    const { phone, open, send } = await pageOf('sms', true);
    expect((await open()).html).toContain('name="phone"');
    expect((await send({ phone: 'no number' })).status).toBe(422);
    const asked = await send({ phone });
    expect([asked.status, asked.html.includes('name="code"')]).toEqual([200, true]);
    expect((await send({ code: await app.mailbox.code(phone) })).status).toBe(200);
  });

  it('abuse: another site cannot sign its visitor in to an account of its own', async () => {
    const { send, authenticator } = await pageOf('totp');
    const code = authenticator.code();
    const foreign: Record<string, string>[] = [
      { 'Sec-Fetch-Site': 'cross-site' },
      { 'Sec-Fetch-Site': 'same-site', Origin: 'https://blog.example.com' },
      { Origin: 'https://evil.example' },
      { Origin: 'null' },
    ];
    for (const headers of foreign) {
      const refused = await send({ code }, headers);
      expect([refused.status, refused.headers.getSetCookie()]).toEqual([403, []]);
    }
    const own = await send({ code }, { 'Sec-Fetch-Site': 'same-origin', Origin: 'null' });
    expect([own.status, own.headers.getSetCookie()[0]]).toEqual([
      200,
      expect.stringMatching(/^asc_auth_key=[\w-]{43};/),
    ]);
  });

  it('abuse: is gone without a key, with a made-up one, and with whatever is sent to it', async () => {
    for (const query of ['', '?key=x', `?key=${'x'.repeat(43)}`, '?key[]=a', '?key=%00']) {
      for (const init of [
        {},
        { method: 'POST' },
        { method: 'POST', body: new URLSearchParams({ code: '\0', phone: 'x'.repeat(99) }) },
      ]) {
        expect((await fetch(`${app.url}/confirm/TfaAuth${query}`, init)).status).toBe(410);
      }
    }
  });
});
