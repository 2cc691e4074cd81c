import * as fc from 'fast-check';
import { NavixyClient } from '../support/navixy-client.js';
import { fuzz } from '../support/fuzz.js';
import { TestApp } from '../support/test-app.js';

const PATHS = [
  '/user/auth',
  '/user/auth/code/verify',
  '/user/auth/code/resend',
  '/user/session/renew',
  '/user/logout',
  '/user/get_info',
];
const UNKNOWN_HASH = '0'.repeat(32);

describe('anything at all, sent to navixy calls', () => {
  let app: TestApp;
  let client: NavixyClient;

  beforeAll(async () => {
    app = await TestApp.start({ NAVIXY_REQUESTS_PER_SECOND_LIMIT: '1000000' });
    client = new NavixyClient(app);
  });
  afterAll(() => app.stop());

  it('never gives a 5xx and never a session, whatever is sent', async () => {
    const anything = fc.record({
      path: fc.constantFrom(...PATHS, ...PATHS.map((path) => `/v2${path}/`)),
      query: fc.oneof(
        fc.constant(''),
        fc.webQueryParameters().map((query) => `?${query}`),
      ),
      type: fc.constantFrom(
        'application/json',
        'application/x-www-form-urlencoded',
        'text/plain',
        'multipart/form-data',
      ),
      body: fc.oneof(
        fc.json(),
        fc.string({ unit: 'binary' }),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      ),
      authorization: fc.constantFrom(undefined, `NVX ${UNKNOWN_HASH}`, 'NVX', 'Bearer x', 'Basic eA=='),
    });
    await fuzz(anything, 1000, async ({ path, query, type, body, authorization }) => {
      const headers = { ...(authorization && { Authorization: authorization }) };
      const answer = await client.send(`${path}${query}`, {
        body,
        headers: { 'Content-Type': type, ...headers },
      });
      expect(answer.status).toBeLessThan(500);
      expect(answer.body.success).toBe(false);
      expect(typeof answer.body.status?.code).toBe('number');
    });
  });
});
