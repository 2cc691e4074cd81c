import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

describe('the request limits of navixy calls', () => {
  let app: TestApp;
  let client: NavixyClient;

  beforeAll(async () => {
    app = await TestApp.start({ TRUSTED_PROXIES: 'loopback' });
    client = new NavixyClient(app);
  });
  afterAll(() => app.stop());

  const from = (address: string) =>
    client.post('/user/get_info', undefined, undefined, { 'X-Forwarded-For': address });

  it('let 50 requests of one address pass in a second and answer the rest 15 with HTTP 429', async () => {
    const answers = await Promise.all(Array.from({ length: 60 }, () => from('203.0.113.7')));
    expect(answers.filter((answer) => answer.status === 400)).toHaveLength(50);
    const refused = answers.filter((answer) => answer.status === 429);
    expect(refused).toHaveLength(10);
    for (const { body, headers } of refused) {
      expect(body).toEqual({ success: false, status: { code: 15, description: 'Too many requests' } });
      expect(headers.get('retry-after')).toBe('1');
    }
    app.clock.advanceSeconds(1);
    expect((await from('203.0.113.7')).status).toBe(400);
  });

  it('count an IPv6 network of 64 bits as one address, and another one apart', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => from(`2001:db8:1:1::${i + 1}`)));
    expect(answers.every((answer) => answer.status === 400)).toBe(true);
    expect((await from('2001:db8:1:1:ffff::1')).status).toBe(429);
    expect((await from('2001:db8:1:2::1')).status).toBe(400);
  });

  it('believe the right-most address beyond the trusted proxies, whatever a client writes before it', async () => {
    const answers = await Promise.all(Array.from({ length: 51 }, (_, i) => from(`10.9.9.${i}, 203.0.113.9`)));
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(1);
  });

  it('count one session over many addresses', async () => {
    const hash = 'a'.repeat(32);
    const answers = await Promise.all(
      Array.from({ length: 51 }, (_, i) =>
        client.post('/user/get_info', undefined, hash, { 'X-Forwarded-For': `198.51.100.${i}` }),
      ),
    );
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(1);
  });

  it('refuse before anything of the request has been read: malformed parameters are counted too', async () => {
    const bad = () =>
      client.post('/user/auth', { login: 7 }, undefined, { 'X-Forwarded-For': '203.0.113.20' });
    const answers = await Promise.all(Array.from({ length: 55 }, bad));
    expect(answers.filter((answer) => answer.status === 429)).toHaveLength(5);
  });
});
