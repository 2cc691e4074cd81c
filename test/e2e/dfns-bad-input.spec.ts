import { sql } from '@app/database';
import * as fc from 'fast-check';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME } from '../support/dfns-people.js';
import { fuzz } from '../support/fuzz.js';
import { TestApp } from '../support/test-app.js';

const CALLS: [string, string][] = [
  ['POST', '/auth/recover/user/code'],
  ['POST', '/auth/recover/user/init'],
  ['POST', '/auth/recover/user'],
  ['POST', '/auth/login/code'],
  ['POST', '/auth/login/init'],
  ['POST', '/auth/login'],
  ['PUT', '/auth/registration/code'],
  ['POST', '/auth/registration/init'],
  ['POST', '/auth/registration'],
  ['PUT', '/auth/logout'],
];
const NAMES = [
  'username',
  'orgId',
  'tenantId',
  'verificationCode',
  'credentialId',
  'recovery',
  'newCredentials',
  'kind',
  'credentialAssertion',
  'credId',
  'clientData',
  'signature',
  'firstFactorCredential',
  'credentialKind',
  'credentialInfo',
  'attestationData',
  'challengeIdentifier',
  'firstFactor',
  'loginCode',
  'registrationCode',
  '__proto__',
  'toString',
];

describe('bad input to dfns calls', () => {
  let app: TestApp;
  let client: DfnsClient;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    client = new DfnsClient(app);
  });
  afterAll(() => app.stop());

  it.each(CALLS)('%s %s refuses what is no JSON object, in the protocol’s words', async (method, path) => {
    for (const body of [
      '{"a":',
      '[]',
      '"text"',
      '7',
      '{"a":1,"a":2}',
      `${'{"a":'.repeat(30)}1${'}'.repeat(30)}`,
    ]) {
      const answer = await client.send(path, {
        method,
        body,
        headers: { 'Content-Type': 'application/json' },
      });
      expect([400, 401]).toContain(answer.status);
      expect(answer.body).toEqual({
        error: { id: expect.any(String), status: answer.status, message: expect.any(String), details: {} },
      });
    }
  });

  it.each(CALLS.slice(0, 9))('%s %s names a property that it does not know', async (method, path) => {
    const answer = await client.call(method, path, { unknown_property: 1 }, 'a-token');
    expect(answer.status).toBe(400);
    expect(answer.body.error?.details.parameters?.map(({ parameter }) => parameter)).toContain(
      'unknown_property',
    );
  });

  it.each(CALLS)(
    '%s %s never gives a 5xx, a 202, a mail or a session, whatever is sent',
    async (method, path) => {
      const property = fc.constantFrom(...NAMES);
      const { value } = fc.letrec((tie) => ({
        value: fc.oneof(
          { maxDepth: 4 },
          fc.string(),
          fc.constantFrom('Key', 'Fido2', 'RecoveryKey', 'e30', 'bnVsbA'),
          fc.jsonValue({ maxDepth: 1 }),
          tie('object'),
        ),
        object: fc.dictionary(property, tie('value'), { maxKeys: 6 }),
      }));
      const headers = fc.record({
        'Content-Type': fc.constantFrom('application/json', 'application/json; charset=utf-8', 'text/plain'),
        Authorization: fc.constantFrom('Bearer abc', 'Bearer', 'Basic eA==', 'Bearer a b', ''),
      });
      const body = fc.oneof(
        {
          weight: 3,
          arbitrary: fc.dictionary(property, value, { maxKeys: 6 }).map((object) => JSON.stringify(object)),
        },
        fc.json(),
        fc.string({ unit: 'binary' }),
        fc.uint8Array().map((bytes) => Buffer.from(bytes)),
      );
      await fuzz(fc.tuple(body, headers), 300, async ([sent, withHeaders]) => {
        const answer = await client.send(path, { method, body: sent, headers: withHeaders });
        expect(answer.status).toBeLessThan(500);
        expect(answer.status).not.toBe(202);
        if (answer.status !== 200)
          expect(answer.body.error).toMatchObject({ status: answer.status, details: expect.any(Object) });
      });
      expect(await app.rows(sql`SELECT FROM messages`)).toEqual([]);
      expect(await app.rows(sql`SELECT FROM sessions`)).toEqual([]);
    },
  );
});
