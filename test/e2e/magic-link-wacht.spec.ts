import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

describe('the page of a magic link that a wacht client asked for', () => {
  let app: TestApp;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000' });
  });
  afterAll(() => app.stop());

  async function asked() {
    const client = new WachtClient(app);
    const email = `wacht-link${(accounts += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    const { id } = await client.signIn({ strategy: 'magic_link', email });
    await client.prepare(id);
    const { text } = await app.mailbox.newest(email);
    const token = /\?token=([\w-]+)/.exec(text)?.[1] as string;
    return { client, id, email, token };
  }
  const page = (token: string, cookie = '', method = 'GET') =>
    fetch(`${app.url}/magic-link${method === 'GET' ? `?token=${token}` : ''}`, {
      method,
      headers: {
        Cookie: cookie,
        ...(method === 'POST' && { 'Content-Type': 'application/x-www-form-urlencoded' }),
      },
      body: method === 'POST' ? `token=${token}` : undefined,
    });

  it('signs the browser in that asked, and sends the person back to it', async () => {
    const { client, token } = await asked();
    expect(await (await page(token, client.cookie)).text()).toContain('<button');
    const confirmed = await page(token, client.cookie, 'POST');
    expect(confirmed.status).toBe(200);
    const html = await confirmed.text();
    expect(html).toContain('Go back to the window where you asked');
    expect(html).not.toContain('data-token-response');
    expect((await client.session()).body.session.signins).toHaveLength(1);
  });

  it('states who asked, when and from where', async () => {
    const { client, token } = await asked();
    const html = await (await page(token, client.cookie)).text();
    expect(html).toContain('@example.com');
    expect(html).toContain('15 January 2026 at 12:00 UTC');
  });

  it('has no button in another browser, and points to the code of the mail', async () => {
    const { token } = await asked();
    const html = await (await page(token)).text();
    expect(html).not.toContain('<button');
    expect(html).toContain('six-digit code of the same mail');
  });

  it('abuse: pressed in another browser it signs in nobody, and is still good where it was asked for', async () => {
    const { client, token } = await asked();
    const victim = new WachtClient(app);
    await victim.session();
    for (const cookie of ['', victim.cookie]) expect((await page(token, cookie, 'POST')).status).toBe(403);
    expect((await client.session()).body.session.signins).toEqual([]);
    expect((await page(token, client.cookie, 'POST')).status).toBe(200);
  });

  it('abuse: its token yields no tokens of the other protocol', async () => {
    const { token, client } = await asked();
    const yat = new YatClient(app);
    expect((await yat.post('/auth/magic_link/token', { token })).status).toBe(401);
    expect((await page(token, client.cookie, 'POST')).status).toBe(200);
    expect(await app.rows(sql`SELECT id FROM sessions WHERE protocol = 'yat'`)).toEqual([]);
  });

  it('is ended by who did not ask: neither the link nor the code works afterwards', async () => {
    const { client, id, email, token } = await asked();
    const code = await app.mailbox.code(email);
    const dismissed = await fetch(`${app.url}/magic-link/not-me`, {
      method: 'POST',
      body: new URLSearchParams({ token }),
    });
    expect(dismissed.status).toBe(200);
    expect((await page(token, client.cookie, 'POST')).status).toBe(410);
    expect((await client.verify(id, code)).status).toBe(400);
  });
});
