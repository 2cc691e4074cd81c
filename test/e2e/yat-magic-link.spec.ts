import { sql } from '@app/database';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

const SAME = { message: 'If the account exists, a magic link is on its way', status: 'Active' };

describe('POST /auth/magic_link', () => {
  let app: TestApp;
  let client: YatClient;

  beforeAll(async () => {
    app = await TestApp.start({
      YAT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      REDIRECT_URLS: 'https://app.example.com/in,myapp://signed-in',
    });
    client = new YatClient(app);
  });
  afterAll(() => app.stop());

  it('mails a link to a known address', async () => {
    await app.createAccount({ email: 'ada@example.com', secondFactor: 'none' });
    expect(await client.post('/auth/magic_link', { email: 'Ada@Example.com' })).toMatchObject({
      status: 200,
      body: SAME,
    });
    const { text, html } = await app.mailbox.newest('ada@example.com');
    expect(text).toMatch(/\/magic-link\?token=[\w-]{22}\n/);
    expect(text).toMatch(/\/magic-link\/not-me\?token=[\w-]{22}\n/);
    expect(html).toContain('Sign in to');
  });

  it('finds the account by user name and by UUID', async () => {
    const { uuid } = await app.createAccount({
      email: 'uuid@example.com',
      username: 'uuid',
      secondFactor: 'none',
    });
    expect((await client.post('/auth/magic_link', { user_id: uuid.toUpperCase() })).body).toEqual(SAME);
    await app.mailbox.newest('uuid@example.com');
    app.clock.advanceSeconds(60);
    expect((await client.post('/auth/magic_link', { alternate_id: 'uuid' })).body).toEqual(SAME);
    await app.mailbox.newest('uuid@example.com', 2);
  });

  it('answers the same for a stranger, and for an account that is disabled or has no mailbox', async () => {
    const { id } = await app.createAccount({ email: 'shut@example.com', secondFactor: 'none' });
    await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${id}`);
    await app.createAccount({ username: 'letterless', secondFactor: 'none' });
    const requests = [
      { email: 'nobody@example.com' },
      { email: 'shut@example.com' },
      { alternate_id: 'letterless' },
      { user_id: '7c6a2f1e-8a1f-4f0b-9c1d-2f1a3b4c5d6e' },
    ];
    for (const request of requests) {
      expect(await client.post('/auth/magic_link', request)).toMatchObject({ status: 200, body: SAME });
    }
    expect(await app.rows(sql`SELECT id FROM messages WHERE recipient LIKE 'shut%'`)).toEqual([]);
  });

  it.each(['limit@example.com', 'limit-nobody@example.com'])(
    'mails %s once a minute and five times an hour',
    async (email) => {
      if (email === 'limit@example.com') await app.createAccount({ email, secondFactor: 'none' });
      const ask = () => client.post('/auth/magic_link', { email });
      expect((await ask()).status).toBe(200);
      const tooSoon = await ask();
      expect([tooSoon.status, tooSoon.headers.get('retry-after')]).toEqual([429, '60']);
      for (let more = 0; more < 4; more += 1) {
        app.clock.advanceSeconds(60);
        expect((await ask()).status).toBe(200);
      }
      app.clock.advanceSeconds(60);
      expect((await ask()).status).toBe(429);
    },
  );

  it('takes a redirect that is configured, and no other', async () => {
    await app.createAccount({ email: 'redirect@example.com', secondFactor: 'none' });
    const ask = (redirect: string) =>
      client.post('/auth/magic_link', { email: 'redirect@example.com', redirect });
    for (const url of [
      'https://evil.example/',
      'https://app.example.com/in/../x',
      'https://app.example.com',
      'javascript:alert(1)',
    ]) {
      const { status, body } = await ask(url);
      expect(status).toBe(422);
      expect(Object.keys(body.fields ?? {})).toEqual(['redirect']);
    }
    expect((await ask('myapp://signed-in')).status).toBe(200);
  });

  it.each([
    [{}, 'email'],
    [{ email: 'no address' }, 'email'],
    [{ user_id: '7' }, 'user_id'],
    [{ email: 'a@example.com', redirect: 7 }, 'redirect'],
  ])('refuses %j with 422 naming %s', async (request, field) => {
    const { status, body } = await client.post('/auth/magic_link', request);
    expect(status).toBe(422);
    expect(Object.keys(body.fields ?? {})).toEqual([field]);
  });

  it('abuse: of 16 requests at once one is mailed', async () => {
    await app.createAccount({ email: 'flood@example.com', secondFactor: 'none' });
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => client.post('/auth/magic_link', { email: 'flood@example.com' })),
    );
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(await app.rows(sql`SELECT id FROM messages WHERE recipient = 'flood@example.com'`)).toHaveLength(
      1,
    );
  });
});
