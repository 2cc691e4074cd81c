import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

describe('"this wasn’t me"', () => {
  let app: TestApp;
  let client: YatClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start();
    client = new YatClient(app);
  });
  afterAll(() => app.stop());

  async function mailed() {
    const email = `not-me${(people += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    await client.post('/auth/magic_link', { email });
    const { text } = await app.mailbox.newest(email, 1);
    const token = /magic-link\?token=([\w-]+)/.exec(text)?.[1] ?? '';
    const code = /\b\d{6}\b/.exec(text)?.[0] ?? '';
    const [, path = '', reference = ''] = /https?:\/\/[^/\s]+(\/not-me\?token=(\w{8})\.\S+)/.exec(text) ?? [];
    return { email, token, code, path, reference };
  }
  const open = (path: string) => fetch(`${app.url}${path}`);
  const press = (path: string, headers = {}) => fetch(`${app.url}${path}`, { method: 'POST', headers });
  const records = () =>
    app.rows<{ outcome: string }>(
      sql`SELECT outcome FROM audit_events WHERE event = 'message.disown' ORDER BY id`,
    );

  it('changes nothing when its link is opened, by a scanner or ahead of time', async () => {
    const { path, token } = await mailed();
    expect((await open(path)).status).toBe(200);
    expect((await fetch(`${app.url}${path}`, { method: 'HEAD' })).status).toBe(200);
    expect((await client.post('/auth/magic_link/token', { token })).status).toBe(200);
  });

  it('ends the link and the code of the mail when it is confirmed, and is recorded once', async () => {
    const { path, token, code, email } = await mailed();
    const before = (await records()).length;
    expect((await press(path)).status).toBe(200);
    expect((await client.post('/auth/magic_link/token', { token })).status).not.toBe(200);
    expect((await client.post('/auth/magic_link/code', { email, code })).status).not.toBe(200);
    expect((await press(path)).status).toBe(200);
    expect((await records()).slice(before)).toEqual([{ outcome: 'ended' }]);
  });

  it('of 16 confirmations at once is recorded once', async () => {
    const { path } = await mailed();
    const before = (await records()).length;
    const answers = await Promise.all(Array.from({ length: 16 }, () => press(path)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await records()).length).toBe(before + 1);
  });

  it('leaves other messages of the person as they are', async () => {
    const { email, path } = await mailed();
    app.clock.advanceSeconds(61);
    await client.post('/auth/magic_link', { email });
    const { text } = await app.mailbox.newest(email, 2);
    const token = /magic-link\?token=([\w-]+)/.exec(text)?.[1];
    await press(path);
    expect((await client.post('/auth/magic_link/token', { token })).status).toBe(200);
  });

  it('takes no token that the service has not made, and nothing that another site sends', async () => {
    const [one, other] = [await mailed(), await mailed()];
    const before = (await records()).length;
    const mac = other.path.slice(other.path.indexOf('.'));
    const forged = [
      `/not-me?token=${one.reference}${mac}`,
      '/not-me',
      '/not-me?token=',
      `/not-me?token=${one.reference}.`,
    ];
    forged.push('/not-me?token=a&token=b', `/not-me?token=${'a'.repeat(3000)}`, '/not-me?token=%00.%00');
    for (const path of forged) expect([path, (await press(path)).status]).toEqual([path, 404]);
    const foreign = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await press(one.path, foreign)).status).toBe(403);
    expect((await records()).length).toBe(before);
    expect((await client.post('/auth/magic_link/token', { token: one.token })).status).toBe(200);
  });
});
