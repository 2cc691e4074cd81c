import { NavixyClient } from '../support/navixy-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const FORM = 'application/x-www-form-urlencoded';

describe('the spellings of a navixy call', () => {
  let app: TestApp;
  let client: NavixyClient;

  beforeAll(async () => {
    app = await TestApp.start({
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
      CORS_ORIGINS: 'https://app.example.com',
    });
    client = new NavixyClient(app);
    await app.createAccount({ email: 'spell@example.com', secondFactor: 'none' });
    await app.createAccount({ email: 'coded@example.com' });
  });
  afterAll(() => app.stop());

  const credentials = new URLSearchParams({ login: 'spell@example.com', password: PASSWORD });
  const session = async () => (await client.signIn('spell@example.com')).body.hash;

  const BASES = ['', '/v2', '/api-v2', '/fsm', '/v2/fsm', '/API-v2', '/V2/FSM'];

  describe.each(BASES)('below %j', (base) => {
    it.each(['/user/auth', '/user/auth/'])('%s is the sign-in', async (path) => {
      const answer = await client.post(`${base}${path}`, { login: 'spell@example.com', password: PASSWORD });
      expect(answer.body).toMatchObject({ success: true, type: 'authenticated' });
    });

    it('a code is verified, and sent again', async () => {
      const { hash, code } = await client.pending('coded@example.com');
      expect((await client.post(`${base}/user/auth/code/verify`, { code }, hash)).status).toBe(200);
      const other = await client.pending('coded@example.com');
      const resent = await client.post(`${base}/user/auth/code/resend`, undefined, other.hash);
      expect([200, 429]).toContain(resent.status);
    });

    it.each(['/user/session/renew/', '/user/get_info/', '/user/logout/'])(
      '%s is known with its trailing slash, by POST and GET',
      async (path) => {
        const hash = await session();
        const method = path === '/user/logout/' ? 'POST' : 'GET';
        expect((await client.send(`${base}${path}?hash=${hash}`, { method })).status).toBe(200);
      },
    );

    const bare = base === '';
    it.each(['/user/nothing', '/user', ...(bare ? [] : ['/nothing', '/auth/signin', '/api/2.0/settings'])])(
      '%s is no path of this family, and refused in its words',
      async (path) => {
        const wrong = `${base}${path}`;
        for (const method of ['POST', 'GET', 'DELETE']) {
          const { status, body } = await client.send(wrong, { method });
          expect([status, body]).toEqual([
            400,
            { success: false, status: { code: 111, description: 'Wrong handler' } },
          ]);
        }
      },
    );

    it('a wrong method is said with the right one', async () => {
      const { status, body, headers } = await client.send(`${base}/user/auth`, { method: 'DELETE' });
      expect([status, body.status?.code, headers.get('allow')]).toEqual([400, 112, 'POST']);
    });
  });

  it.each(['/v2/v2', '/fsm/v2', '/fsm/fsm', '/api-v2/v2', '/v2/fsm/fsm', '/v2/fsm/v2'])(
    'abuse: below %s there is nothing: a base stands there once',
    async (base) => {
      const answer = await client.post(`${base}/user/auth`, {
        login: 'spell@example.com',
        password: PASSWORD,
      });
      expect(answer.body).toMatchObject({ success: false, status: { code: 111 } });
    },
  );

  it('takes parameters as JSON, as a form, in the query, and with GET', async () => {
    const url = `/v2/user/auth?${credentials}`;
    const answers = await Promise.all([
      client.send('/user/auth', { body: credentials.toString(), headers: { 'Content-Type': FORM } }),
      client.send(url),
      client.send(url, { method: 'GET' }),
    ]);
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { success: true } });
  });

  it('verifies a code sent as a form, with the hash in the form', async () => {
    const { hash, code } = await client.pending('coded@example.com');
    const body = new URLSearchParams({ hash, code }).toString();
    const answer = await client.send('/v2/user/auth/code/verify/', {
      body,
      headers: { 'Content-Type': FORM },
    });
    expect(answer.body).toEqual({ success: true, hash: expect.stringMatching(/^[0-9a-f]{32}$/) });
  });

  it('verifies a code by GET with everything in the query', async () => {
    const { hash, code } = await client.pending('coded@example.com');
    const answer = await client.send(`/v2/user/auth/code/verify?hash=${hash}&code=${code}`, {
      method: 'GET',
    });
    expect(answer.status).toBe(200);
  });

  it('trims white space around a code that was copied', async () => {
    const { hash, code } = await client.pending('coded@example.com');
    expect((await client.verify(hash, ` ${code}\n`)).status).toBe(200);
  });

  it('takes the hash from the header before the body, and from the body before the query', async () => {
    const good = await session();
    const bad = 'f'.repeat(32);
    const info = (header?: string, body?: string, query?: string) =>
      client.post(
        `/user/get_info${query ? `?hash=${query}` : ''}`,
        body ? { hash: body } : undefined,
        header,
      );
    expect((await info(good, bad, bad)).status).toBe(200);
    expect((await info(undefined, good, bad)).status).toBe(200);
    expect((await info(undefined, undefined, good)).status).toBe(200);
    expect((await info(bad, good, good)).body.status?.code).toBe(4);
    expect((await info(undefined, bad, good)).body.status?.code).toBe(4);
  });

  it('ignores an Authorization header of another scheme', async () => {
    const hash = await session();
    const answer = await client.post('/user/get_info', { hash }, undefined, { Authorization: 'Basic eDp5' });
    expect(answer.status).toBe(200);
  });

  it('answers JSON, uncached, with a request id that a proxy may have chosen', async () => {
    const answer = await client.post('/user/get_info', undefined, 'f'.repeat(32), {
      'X-Request-Id': 'trace-1',
    });
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(answer.headers.get('x-request-id')).toBe('trace-1');
    const forged = await client.post('/user/get_info', undefined, undefined, {
      'X-Request-Id': 'no spaces please',
    });
    expect(forged.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('shows Retry-After to a browser of a configured origin, and to no other', async () => {
    const from = (origin: string) => client.post('/user/auth', {}, undefined, { Origin: origin });
    const known = await from('https://app.example.com');
    expect(known.headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(known.headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect((await from('https://evil.example.com')).headers.get('access-control-allow-origin')).toBeNull();
  });
});
