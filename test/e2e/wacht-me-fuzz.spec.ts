import * as fc from 'fast-check';
import { AT_HOME } from '../support/dfns-people.js';
import { fuzz } from '../support/fuzz.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';

const ENDPOINTS: [method: string, path: string][] = [
  ['GET', '/me'],
  ['POST', '/me'],
  ['GET', '/me/email-addresses'],
  ['GET', '/me/phone-numbers'],
  ['POST', '/me/email-addresses'],
  ['POST', '/me/email-addresses/{id}/prepare-verification'],
  ['POST', '/me/email-addresses/{id}/attempt-verification'],
  ['POST', '/me/email-addresses/{id}/make-primary'],
  ['POST', '/me/email-addresses/{id}/delete'],
  ['DELETE', '/me/email-addresses/{id}'],
  ['POST', '/me/phone-numbers'],
  ['POST', '/me/phone-numbers/{id}/prepare-verification'],
  ['POST', '/me/phone-numbers/{id}/attempt-verification'],
  ['POST', '/me/phone-numbers/{id}/make-primary'],
  ['POST', '/me/phone-numbers/{id}/delete'],
  ['DELETE', '/me/phone-numbers/{id}'],
  ['POST', '/me/authenticator'],
  ['POST', '/me/authenticator/attempt-verification'],
  ['POST', '/me/authenticator/{id}/delete'],
  ['DELETE', '/me/authenticator/{id}'],
  ['POST', '/me/backup-codes'],
  ['POST', '/me/backup-codes/regenerate'],
  ['POST', '/me/update-password'],
  ['GET', '/me/signins'],
  ['POST', '/me/signins/{id}/signout'],
  ['PATCH', '/me/signins/{id}/signout'],
  ['POST', '/me/signins/signout-others'],
  ['GET', '/me/passkeys'],
  ['POST', '/me/passkeys/register/begin'],
  ['POST', '/me/passkeys/register/finish'],
  ['PATCH', '/me/passkeys/{id}'],
  ['POST', '/me/passkeys/{id}/delete'],
  ['DELETE', '/me/passkeys/{id}'],
  ['POST', '/auth/passkey/login/begin'],
  ['POST', '/auth/passkey/login/finish'],
  ['POST', '/auth/oauth2/init'],
  ['GET', '/auth/sso/callback'],
];
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

describe('anything at all, sent to the calls of who is signed in with a wacht client', () => {
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

  it.each(ENDPOINTS)(
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
});
