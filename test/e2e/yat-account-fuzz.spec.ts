import * as fc from 'fast-check';
import { fuzz } from '../support/fuzz.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

const ENDPOINTS: [method: string, path: string][] = [
  ['PATCH', '/account'],
  ['GET', '/account/sessions'],
  ['DELETE', '/account/sessions'],
  ['DELETE', '/account/sessions/{id}'],
];
const RUNS = 1000;
const REFUSALS = [400, 401, 403, 404, 405, 413, 415, 422, 424, 429];

const values = fc.oneof(
  fc.constantFrom('holder@example.com', 'free@example.com', 'Ada', '', '\u0000', '\ud800', null),
  fc.emailAddress(),
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary' }),
);
const bodies = fc.oneof(
  fc
    .dictionary(fc.constantFrom('email', 'alternate_id', 'first_name', 'last_name', '__proto__'), values)
    .map((fields) => JSON.stringify(fields)),
  fc.json(),
  fc.string({ unit: 'binary' }),
);
const requests = fc.record({
  id: fc.oneof(
    fc.constantFrom('1', '9'.repeat(19), '9'.repeat(30), '-1', '%00', '%E0%A4%A'),
    fc.nat().map(String),
  ),
  query: fc.oneof(
    fc.constant(''),
    fc.webQueryParameters().map((query) => `?${query}`),
  ),
  type: fc.constantFrom('application/json', 'text/plain', 'application/x-www-form-urlencoded', 'x'),
  body: bodies,
});

describe('anything at all, sent to the account calls of yat and to the page of a new address', () => {
  let app: TestApp;
  let client: YatClient;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off', RESEND_SECONDS: '1', RESEND_HOURLY_LIMIT: '1000' });
    client = new YatClient(app);
  });
  afterAll(() => app.stop());

  it.each(ENDPOINTS)(
    '%s %s answers in its own words and never with 5xx',
    async (method, path) => {
      const { email } = await app.given.person();
      const token = (await client.signIn(email)).body.access_token;
      await fuzz(
        requests,
        RUNS,
        async ({ id, query, type, body }) => {
          const headers = { Authorization: `Bearer ${token}`, 'Content-Type': type };
          const sent = method === 'GET' ? { headers } : { headers, body };
          const { status } = await client.send(`${path.replace('{id}', id)}${query}`, { method, ...sent });
          expect(status === 200 || REFUSALS.includes(status)).toBe(true);
        },
        async () => app.clock.advanceSeconds(0.5),
      );
    },
    240_000,
  );

  it.each(['GET', 'POST'])(
    '%s /confirm-email is a page, whatever comes',
    async (method) => {
      await fuzz(requests, RUNS, async ({ query, type, body }) => {
        const sent = method === 'GET' ? {} : { body, headers: { 'Content-Type': type } };
        const answer = await fetch(`${app.url}/confirm-email${query}`, { method, ...sent });
        expect([400, 410, 413, 415]).toContain(answer.status);
        await answer.text();
      });
    },
    240_000,
  );
});
