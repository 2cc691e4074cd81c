import { sql } from '@app/database';
import * as fc from 'fast-check';
import { DocspaceClient } from '../support/docspace-client.js';
import { fuzz } from '../support/fuzz.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

const ENDPOINTS: [method: 'GET' | 'POST' | 'PUT', path: string][] = [
  ['POST', '/authentication'],
  ['POST', '/authentication/{code}'],
  ['POST', '/authentication/logout'],
  ['POST', '/authentication/sendsms'],
  ['POST', '/authentication/setphone'],
  ['POST', '/authentication/confirm'],
  ['GET', '/authentication'],
  ['GET', '/settings'],
  ['GET', '/settings/tfaapp'],
  ['PUT', '/settings/tfaapp'],
  ['GET', '/settings/tfaapp/confirm'],
  ['PUT', '/settings/tfaappwithlink'],
  ['POST', '/settings/tfaapp/validate'],
  ['GET', '/settings/tfaapp/setup'],
  ['GET', '/settings/tfaappcodes'],
  ['PUT', '/settings/tfaappnewcodes'],
  ['PUT', '/settings/tfaappnewapp'],
  ['POST', '/authentication/{code}.json'],
  ['POST', '/authentication/sendsms.json'],
  ['GET', '/capabilities'],
  ['GET', '/settings/version/build'],
  ['GET', '/people/@self'],
];
const RUNS = 250;

/** What is good at the time: what nobody could make up is what leads beyond the first check. */
interface Known {
  names: string[];
  /** Of a session, and whose it is. */
  token: string;
  id: string;
  /** Of the steps of a sign-in. */
  keys: string[];
  mailedKey: string;
}

type Anything = ReturnType<typeof requestTo> extends fc.Arbitrary<infer Value> ? Value : never;

describe('anything at all, sent to docspace calls', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let holders = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '1000000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '100000',
    });
    client = new DocspaceClient(app);
    await app.createAccount({ email: 'sms@example.com', phone: '+4915112345678', secondFactor: 'sms' });
    await app.createAccount({ email: 'email@example.com', secondFactor: 'email' });
    await app.createAccount({ email: 'totp@example.com', secondFactor: 'totp' });
    for (const factor of ['sms', 'totp']) {
      const { id } = await app.createAccount({ email: `new-${factor}@example.com`, secondFactor: 'none' });
      await app.rows(sql`UPDATE accounts SET second_factor = ${factor} WHERE id = ${id}`);
    }
  });
  afterAll(() => app.stop());

  /** A session of its own, since some calls end it or change its account, and a key of every step. */
  async function known(): Promise<Known> {
    const holder = `holder${(holders += 1)}@example.com`;
    const { uuid: id } = await app.createAccount({ email: holder, secondFactor: 'none' });
    const { key: mailedKey } = await app.invite({ email: `invited${holders}@example.com` });
    const { token } = (await client.signIn(holder)).body.response;
    const names = ['sms', 'email', 'totp', 'new-sms', 'new-totp'].map((name) => `${name}@example.com`);
    const steps = await Promise.all(names.map((name) => client.signIn(name)));
    const keys = steps.map(({ body }) => new URL(String(body.response.confirmUrl)).searchParams.get('key'));
    const logins = [holder, ...names, '+4915112345678'];
    return { names: logins, token: token as string, id, keys: keys as string[], mailedKey };
  }

  /** So that the hundredth try is looked at like the first. */
  const refill = () =>
    app.rows(sql`
      WITH guesses AS (UPDATE guess_budgets SET spent = 0),
        tries AS (UPDATE attempts SET tries_left = 5 WHERE status = 'open')
      DELETE FROM send_windows`);

  it.each(ENDPOINTS)(
    '%s %s answers no 5xx, keeps to envelope and document, and signs nobody in without proof',
    async (method, path) => {
      const good = await known();
      const anything = requestTo(path, good);
      const check = async ({ place, headers, body }: Anything) => {
        const sent = method === 'GET' ? { headers } : { headers, body };
        const answer = await client.send(method, place, sent);
        expect(answer.status).toBeLessThan(500);
        expect(answer.body).toEqual(envelopeOf(answer.status));
        expect(answer.headers.get('content-type')).toMatch(
          /^(application|text)\/(json|plain); charset=utf-8$/,
        );
        expect(answer.headers.has('retry-after')).toBe(answer.status === 429);
        const proven = [PASSWORD, good.mailedKey].some((proof) => String(body).includes(proof));
        if (answer.cookies.asc_auth_key) expect(proven).toBe(true);
      };
      await fuzz(anything, RUNS, check, refill);
    },
  );
});

const envelopeOf = (statusCode: number) =>
  statusCode === 200
    ? expect.objectContaining({
        count: expect.any(Number),
        links: [expect.anything()],
        status: 0,
        statusCode,
      })
    : {
        error: { message: expect.any(String), type: expect.any(String), hresult: expect.any(Number) },
        status: 1,
        statusCode,
      };

/** 16-bit units as they come: NUL, lone surrogates, whatever. */
const text = (constraints?: fc.ArrayConstraints) =>
  fc.array(fc.integer({ min: 0, max: 0xffff }), constraints).map((units) => String.fromCharCode(...units));
const long = fc
  .tuple(text({ minLength: 1, maxLength: 3 }), fc.constantFrom(33, 129, 255, 9_000, 70_000))
  .map(([unit, times]) => unit.repeat(times));
const peculiar = fc.constantFrom<unknown>('\0', '\ud800', 'constructor', '__proto__', 1e308, -1, [], {}, [
  [],
]);
const odd = fc.oneof(peculiar, text(), long, fc.jsonValue({ maxDepth: 5 }));
const mostly = <T, U>(weight: number, usual: fc.Arbitrary<T>, other: fc.Arbitrary<U>) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: other });
const orOdd = (...plausible: unknown[]) => mostly(20, fc.constantFrom(...plausible), odd);

const KEY_OF_NONE = 'x'.repeat(43);
const ID_OF_NONE = '00000000-0000-4000-8000-000000000000';

function fieldsOf({ names, id, keys, mailedKey }: Known): fc.Arbitrary<Record<string, unknown>> {
  const fields = {
    userName: orOdd(...names, 'nobody@example.com'),
    password: orOdd(PASSWORD, PASSWORD, 'wrong'),
    passwordHash: orOdd('', null, ' ', '0'.repeat(64)),
    provider: orOdd('', null, 'email', 'google'),
    accessToken: orOdd('', 'some text'),
    serializedProfile: orOdd('', 'some text'),
    code: orOdd('000000', 'abc234', ' 123456 ', '', null, 'some text'),
    codeOAuth: orOdd('', 'some text'),
    session: orOdd(true, 'False', null),
    confirmData: orOdd(null, {}, [{ key: 'x' }], { email: 'a@example.com', key: 'x' }, { key: mailedKey }),
    recaptchaType: orOdd(0, '3', 'hcaptcha', null),
    recaptchaResponse: orOdd('', 'some text'),
    culture: orOdd(
      'de-DE',
      'some text',
      'x-a',
      'und',
      'zh-Hant-u-co-stroke',
      `en-x-${'a1b2c3d4-'.repeat(6)}e`,
    ),
    key: orOdd(...keys, KEY_OF_NONE),
    type: orOdd('None', 'app', 1, '2', 9, 'TfaActivation'),
    mobilePhone: orOdd('+4915112345679', '+49 151 1234 5680', '+999', 'no number'),
    id: orOdd(id, ID_OF_NONE, '', null),
    trustedIps: orOdd([], null, ['127.0.0.1']),
    mandatoryUsers: orOdd([], null, [id], [ID_OF_NONE]),
    mandatoryGroups: orOdd([], null, [ID_OF_NONE]),
  };
  return fc.record(fields, { requiredKeys: ['userName', 'password'] });
}

const KEYS = ['userName', 'password', 'code', 'session', 'confirmData', 'key', 'type', 'mobilePhone', 'id'];
const oddKey = fc.oneof(fc.mixedCase(fc.constantFrom(...KEYS)), fc.constantFrom('__proto__', ''), text());
const nested = (depth: number) => `${'{"confirmData":'.repeat(depth)}1${'}'.repeat(depth)}`;

function bodyOf(good: Known): fc.Arbitrary<string | Buffer> {
  const fields = fieldsOf(good);
  const added = fc
    .tuple(fields, fc.dictionary(oddKey, odd, { maxKeys: 2 }))
    .map(([a, b]) => ({ ...a, ...b }));
  const cased = fields.map((given) =>
    Object.fromEntries(Object.entries(given).map(([key, value]) => [key.toUpperCase(), value])),
  );
  const other = fc.oneof(
    fc.json(),
    fc.integer({ min: 18, max: 400 }).map(nested),
    text(),
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
  );
  return mostly(
    6,
    fc.oneof(fields, added, cased).map((value) => JSON.stringify(value)),
    other,
  );
}

const latin1 = fc
  .array(fc.oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0x80, max: 0xff })))
  .map((units) => String.fromCharCode(...units));
const orLatin1 = (...plausible: string[]) => mostly(8, fc.constantFrom(...plausible), latin1);
const JSON_TYPES = ['application/json', 'application/vnd.api+json', 'text/json'];
const OTHER_TYPES = ['application/json; charset=utf-16', 'text/plain', 'multipart/form-data'];

function headersOf({ token, keys }: Known): fc.Arbitrary<Record<string, string>> {
  const headers = {
    'Content-Type': mostly(
      8,
      fc.constantFrom(...JSON_TYPES),
      fc.oneof(latin1, fc.constantFrom(...OTHER_TYPES)),
    ),
    Accept: orLatin1(...JSON_TYPES, 'text/plain', '*/*', 'text/html', 'text/json;q=0.5, text/plain'),
    Authorization: orLatin1(token, `Bearer ${token}`, KEY_OF_NONE, 'Bearer', 'Basic eA=='),
    Cookie: orLatin1(
      `a=b; asc_auth_key=${token}`,
      `asc_auth_key=${KEY_OF_NONE}`,
      ...keys.map((key) => `asc_confirm_key_TfaAuth=${key}`),
    ),
    confirm: orLatin1(...keys.map((key) => `type=TfaAuth&key=${key}`), `key=${KEY_OF_NONE}`, 'key'),
    'Content-Encoding': mostly(20, fc.constant('identity'), fc.constantFrom('gzip', 'br', 'x')),
    'User-Agent': latin1,
    'Accept-Language': orLatin1('de', '*', 'x;q=2'),
    'X-Forwarded-For': orLatin1('203.0.113.7', '::1', 'x'),
  };
  return fc.record(headers, { requiredKeys: ['Content-Type'] });
}

/** What a URL takes as it is, or encoded; `.` and `..` would name another path. */
const pathCode = fc.oneof(
  fc.constantFrom(
    '%7Bcode%7D',
    '123456',
    'abc234',
    '%20',
    '%00',
    '%E0%A4%A',
    '..%2F',
    '%25',
    'x'.repeat(9_000),
  ),
  text({ minLength: 1 })
    .map((code) => encodeURIComponent(code.toWellFormed()))
    .filter((code) => !/^\.{1,2}$/.test(code)),
);
const query = fc.oneof(
  fc.constant(''),
  fc.webQueryParameters().map((parameters) => `?${parameters}`),
);

function requestTo(path: string, good: Known) {
  const place = fc.tuple(pathCode, query).map(([code, more]) => `${path.replace('{code}', code)}${more}`);
  return fc.record({ place, headers: headersOf(good), body: bodyOf(good) });
}
