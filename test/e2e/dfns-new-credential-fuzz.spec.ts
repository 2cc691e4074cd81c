import * as fc from 'fast-check';
import { DfnsClient } from '../support/dfns-client.js';
import { DfnsNewKeys } from '../support/dfns-new-keys.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { fuzz } from '../support/fuzz.js';
import { SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';

const NAMES = [
  'kind',
  'credentialKind',
  'credentialInfo',
  'credentialName',
  'challengeIdentifier',
  'encryptedPrivateKey',
  'expiration',
  'code',
  'userActionPayload',
  'userActionHttpMethod',
  'userActionHttpPath',
  'firstFactor',
  '__proto__',
];

describe('anything at all, sent to the calls that add a key', () => {
  let app: TestApp;
  let token: string;
  let known: unknown[];
  let signed: string;

  beforeAll(async () => {
    app = await TestApp.start({ ...AT_HOME, limits: 'off' });
    const client = new DfnsClient(app);
    const people = new DfnsPeople(app, client);
    const member = await people.member();
    token = String((await people.login(member)).body.token);
    const keys = new DfnsNewKeys(client, token, member.key);
    const { challenge, challengeIdentifier } = await keys.challenge();
    signed = await keys.signed('POST', '/auth/credentials', '{}');
    const { code } = (await keys.make('/auth/credentials/code', { expiration: '2099-01-01T00:00:00Z' })).body;
    const { credentialInfo } = new SoftwareKey().create(challenge);
    const { firstFactor } = { firstFactor: member.key.firstFactor(challenge) };
    known = [challengeIdentifier, code, credentialInfo, firstFactor, 'Key', 'Fido2', 'POST', '/auth', 1e9];
  });
  afterAll(() => app.stop());

  it.each([
    '/auth/action/init',
    '/auth/action',
    '/auth/credentials/init',
    '/auth/credentials',
    '/auth/credentials/code',
    '/auth/credentials/code/init',
    '/auth/credentials/code/verify',
  ])(
    'POST %s answers 1,000 bodies and headers, and none with a fault',
    async (path) => {
      const values = fc.oneof(
        fc.constantFrom(...known),
        fc.string({ unit: 'binary' }),
        fc.jsonValue({ maxDepth: 2 }),
      );
      const bodies = fc.oneof(
        fc.dictionary(fc.constantFrom(...NAMES), values).map((body) => JSON.stringify(body)),
        fc.string({ unit: 'binary' }),
      );
      const actions = fc.constantFrom(signed, 'x', 'a'.repeat(131), '');
      await fuzz(
        fc.tuple(bodies, fc.constantFrom(token, 'x'), actions),
        1000,
        async ([body, shown, action]) => {
          const headers = {
            'Content-Type': 'application/json',
            Authorization: `Bearer ${shown}`,
            'X-DFNS-USERACTION': action,
          };
          const { status } = await fetch(`${app.url}${path}`, { method: 'POST', headers, body });
          expect([200, 400, 401]).toContain(status);
        },
      );
    },
    60_000,
  );
});
