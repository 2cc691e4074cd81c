import { DfnsClient } from '../support/dfns-client.js';
import { TestApp } from '../support/test-app.js';

const PATHS = [
  '/auth/recover/user/code',
  '/auth/login/code',
  '/auth/recover/user/init',
  '/auth/login',
  '/auth/registration',
];

describe('the limit of a dfns caller', () => {
  let app: TestApp;
  let client: DfnsClient;

  beforeAll(async () => {
    app = await TestApp.start({ TRUSTED_PROXIES: 'loopback' });
    client = new DfnsClient(app);
  });
  afterAll(() => app.stop());

  const ask = (index: number, address: string) =>
    client.send(PATHS[index % PATHS.length] as string, {
      body: JSON.stringify({ username: `caller${index}@example.com` }),
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': address },
    });

  it('is 100 calls in a minute over all calls of the protocol, refused ones included', async () => {
    for (let call = 0; call < 100; call += 1) expect((await ask(call, '192.0.2.1')).status).not.toBe(429);
    const answer = await ask(100, '192.0.2.1');
    expect(answer).toMatchObject({
      status: 429,
      body: { error: { id: 'too_many_requests', status: 429, details: {} } },
    });
    expect(answer.headers.get('retry-after')).toBe('60');
    app.clock.advanceSeconds(60);
    expect((await ask(0, '192.0.2.1')).status).toBe(200);
  });

  it('is one caller’s own, with IPv6 by its network', async () => {
    const calls = Array.from({ length: 101 }, (_, index) => ask(index, `2001:db8:1:1::${index + 1}`));
    const answers = await Promise.all(calls);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(1);
    expect((await ask(0, '2001:db8:1:2::1')).status).toBe(200);
  });
});
