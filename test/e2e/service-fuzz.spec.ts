import * as fc from 'fast-check';
import { fuzz } from '../support/fuzz.js';
import { HELD, type Held } from '../support/held-credentials.js';
import { AT_HOME } from '../support/dfns-people.js';
import { TestApp } from '../support/test-app.js';

const RUNS = 1000;
const ANSWERS = [200, 204, 302, 400, 401, 403, 413, 415];

const jwt = fc
  .tuple(fc.json(), fc.json(), fc.string({ unit: 'binary' }))
  .map((parts) => parts.map((part) => Buffer.from(part).toString('base64url')).join('.'));
const sessionId = fc.oneof(
  fc.constantFrom('9'.repeat(19), '9'.repeat(18), '-1', '1e3', '٣', '1\u0000'),
  fc.nat().map(String),
);
const ofSession = sessionId.map((sid) =>
  ['{"alg":"ES256","typ":"JWT","kid":"x"}', JSON.stringify({ sid }), 'x']
    .map((part) => Buffer.from(part).toString('base64url'))
    .join('.'),
);
const hex = fc.stringMatching(/^[0-9a-f]{32}$/);
const token = fc.stringMatching(/^[\w-]{43}$/);
const refresh = fc.stringMatching(/^[\w-]{22}\.[\w-]{43}$/);
const credential = fc.oneof(
  jwt,
  ofSession,
  hex,
  token,
  refresh,
  fc.string({ unit: 'binary', maxLength: 200 }),
);
/** What HTTP lets through in a header. */
const inHeader = credential.map((text) => text.replace(/[^\x20-\x7e]/g, '')).map((text) => text.trim());
const scheme = fc.constantFrom('', 'Bearer ', 'NVX ', 'Basic ', 'bearer  ', 'Digest ');

describe('anything at all, sent to', () => {
  let app: TestApp;
  let key: string;
  let held: Held;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off', REDIRECT_URLS: 'https://app.example.com/' });
    key = await app.serviceKey();
    held = await (HELD['a wacht access token'] as (app: TestApp) => Promise<Held>)(app);
  });
  afterAll(() => app.stop());

  it('/introspect is answered', async () => {
    const requests = fc.record({
      authorization: fc.oneof(
        { weight: 3, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.tuple(scheme, inHeader).map((pair) => pair.join('')) },
      ),
      type: fc.constantFrom(
        ...['application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=utf-16'],
        ...['application/json', 'multipart/form-data', ''],
      ),
      body: fc.oneof(
        {
          weight: 4,
          arbitrary: credential.map((text) => new URLSearchParams({ token: text.toWellFormed() }).toString()),
        },
        fc.webQueryParameters(),
        fc.constantFrom(
          'token',
          'token[]=x',
          'token[a]=x',
          'token=%00',
          'token=%ff',
          '__proto__=x&token=x',
          '&&&==',
        ),
        fc.json(),
      ),
      query: fc.oneof(
        fc.constant(''),
        fc.webQueryParameters().map((query) => `?${query}`),
      ),
    });
    await fuzz(requests, RUNS, async ({ authorization, type, body, query }) => {
      const { status, headers } = await fetch(`${app.url}/introspect${query}`, {
        method: 'POST',
        headers: { Authorization: authorization ?? `Bearer ${key}`, ...(type && { 'Content-Type': type }) },
        body,
      });
      expect(ANSWERS).toContain(status);
      expect(headers.get('cache-control')).toBe('no-store');
    });
  }, 120_000);

  it('/forward-auth is answered, and lets nobody through', async () => {
    const requests = fc.record({
      authorization: fc.option(fc.tuple(scheme, inHeader).map((pair) => pair.join(''))),
      cookie: fc.option(
        fc.tuple(fc.constantFrom('asc_auth_key', '__session', 'x'), inHeader).map((pair) => pair.join('=')),
      ),
      accept: fc.constantFrom('text/html', '*/*', 'application/json', 'x', ';q=,'),
      query: fc.oneof(
        fc.constantFrom('', '?rd=https://app.example.com/', '?rd[]=x', '?rd=%00', '?rd=%ff', '?rd=a&rd=b'),
        fc.webQueryParameters().map((query) => `?${query}`),
      ),
    });
    await fuzz(requests, RUNS, async ({ authorization, cookie, accept, query }) => {
      const { status } = await fetch(`${app.url}/forward-auth${query}`, {
        headers: {
          Accept: accept,
          ...(authorization !== null && { Authorization: authorization }),
          ...(cookie !== null && { Cookie: cookie }),
        },
        redirect: 'manual',
      });
      expect([302, 400, 401]).toContain(status);
    });
    expect((await fetch(`${app.url}/forward-auth`, { headers: held.header })).status).toBe(204);
  }, 120_000);
});
