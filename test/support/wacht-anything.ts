import * as fc from 'fast-check';
import { AT_HOME } from './dfns-people.js';
import { fuzz } from './fuzz.js';
import { TestApp } from './test-app.js';
import { WachtClient } from './wacht-client.js';

const RUNS = 1000;
const NAMES = [
  ...[
    'id',
    'rawId',
    'response',
    'credential',
    'clientDataJSON',
    'authenticatorData',
    'signature',
    'userHandle',
  ],
  ...['attestationObject', 'name', 'first_name', 'last_name', 'username', 'email', 'current_password'],
  ...['code', 'codes', 'authenticator_id', 'phone_number', 'country_code'],
  ...['new_password', 'provider', 'redirect_uri', 'strategy'],
];

const encoded = fc.json().map((json) => Buffer.from(json).toString('base64url'));
const clientData = fc
  .record({
    type: fc.constantFrom('webauthn.get', 'webauthn.create'),
    challenge: fc.string(),
    origin: fc.string(),
  })
  .map((data) => Buffer.from(JSON.stringify(data)).toString('base64url'));
const values = fc.oneof(
  fc.jsonValue(),
  fc.string({ unit: 'binary' }),
  encoded,
  clientData,
  fc.record({ response: fc.record({ clientDataJSON: clientData, attestationObject: encoded }) }),
);
const bodies = fc.oneof(
  fc.dictionary(fc.constantFrom(...NAMES), values).map((value) => JSON.stringify(value)),
  fc.json(),
  fc.string({ unit: 'binary' }),
);
const requests = fc.record({
  id: fc.oneof(
    fc.constantFrom('1', '9'.repeat(19), '9'.repeat(30), '-1', '%00', '%E0%A4%A'),
    fc.nat().map(String),
  ),
  query: fc.oneof(
    fc.constantFrom('', '?state=x&code=y', '?state[]=1', '?state=%00', '?code=%ff'),
    fc.webQueryParameters().map((query) => `?${query}`),
  ),
  type: fc.constantFrom('application/json', 'application/x-www-form-urlencoded', 'multipart/form-data'),
  body: bodies,
});

/** That these calls of who is signed in answer anything at all without a 5xx, and keep to the envelope. */
export function answersAnything(endpoints: [method: string, path: string][]): void {
  let app: TestApp;
  let holders = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      ...AT_HOME,
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '1000000',
      WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: '1000000',
    });
  });
  afterAll(() => app.stop());

  it.each(endpoints)(
    '%s %s answers no 5xx, and keeps to the envelope',
    async (method, path) => {
      const email = `holder${(holders += 1)}@example.com`;
      await app.createAccount({ email, secondFactor: 'none' });
      const client = new WachtClient(app);
      await client.signInWithPassword(email);
      await fuzz(requests, RUNS, async ({ id, query, type, body }) => {
        const headers = { 'Content-Type': type };
        const sent = method === 'GET' ? {} : { body, headers };
        const answer = await client.copy().send(`${path.replace('{id}', id)}${query}`, { method, ...sent });
        expect(answer.status).toBeLessThan(500);
        expect(answer.body.status === answer.status || answer.status === 302).toBe(true);
      });
    },
    240_000,
  );
}
