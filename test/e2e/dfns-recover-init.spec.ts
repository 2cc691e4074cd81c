import { sql } from '@app/database';
import { DfnsClient, otherCodeThan } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople, ORG } from '../support/dfns-people.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';

const PATH = '/auth/recover/user/init';

describe('POST /auth/recover/user/init', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
  });
  afterAll(() => app.stop());

  async function coded(extra: object = {}) {
    const { email, id } = await people.newcomer(extra);
    return { email, id, code: await client.mailedCode(email) };
  }
  const REFUSED = { status: 401, body: { error: { id: 'code_wrong', status: 401, details: {} } } };

  describe('200', () => {
    it('answers what the new keys have to sign, and the cipher text of the recovery key', async () => {
      const member = await people.member();
      const answer = await people.recoveryChallenge(member);
      expect(answer).toEqual({
        user: { id: member.uuid, displayName: member.email, name: member.email },
        temporaryAuthenticationToken: expect.stringMatching(/^[\w-]{43}$/),
        challenge: expect.stringMatching(/^[\w-]{43}$/),
        rp: { id: 'localhost', name: 'localhost' },
        supportedCredentialKinds: { firstFactor: ['Fido2', 'Key'], secondFactor: ['Totp'] },
        authenticatorSelection: {
          residentKey: 'preferred',
          requireResidentKey: false,
          userVerification: 'required',
        },
        attestation: 'none',
        pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: 'public-key', alg })),
        excludeCredentials: [],
        otpUrl: expect.stringMatching(/^otpauth:\/\/totp\//),
        allowedRecoveryCredentials: [
          { id: member.recoveryKey.credId, encryptedRecoveryKey: 'sealed by the owner' },
        ],
      });
    });

    it('takes the code without its dashes, and with the organisation of the account', async () => {
      const { email, code } = await coded();
      const body = {
        username: email,
        orgId: ORG,
        credentialId: 'x',
        verificationCode: code.replaceAll('-', ''),
      };
      expect((await client.post(PATH, body)).status).toBe(200);
    });

    it('takes the code up to its last second', async () => {
      const { email, code } = await coded();
      app.clock.advanceSeconds(599);
      expect((await client.recoveryInit(email, code)).status).toBe(200);
    });

    it('still works when the account’s guesses are spent: it cannot be locked out', async () => {
      const { email, id, code } = await coded();
      await app.rows(
        sql`UPDATE guess_budgets SET spent = 1000, refills_at = '2030-01-01' WHERE subject = ${id}`,
      );
      expect((await client.recoveryInit(email, code)).status).toBe(200);
    });
  });

  describe('401', () => {
    it('refuses a code that is wrong, expired, or was never sent, and says the same of an unknown person', async () => {
      const { email, code } = await coded();
      expect(await client.recoveryInit(email, otherCodeThan(code))).toMatchObject(REFUSED);
      expect(await client.recoveryInit(email, 'no code at all')).toMatchObject(REFUSED);
      expect(await client.recoveryInit((await people.newcomer()).email, code)).toMatchObject(REFUSED);
      expect(await client.recoveryInit('stranger@example.com', code)).toMatchObject(REFUSED);
      app.clock.advanceSeconds(600);
      expect(await client.recoveryInit(email, code)).toMatchObject(REFUSED);
    });

    it('refuses a code of another purpose', async () => {
      const { email } = await people.newcomer();
      const code = await client.mailedCode(email, email, '/auth/login/code');
      expect(await client.recoveryInit(email, code)).toMatchObject(REFUSED);
    });

    it('refuses the right code under another organisation, and keeps it good', async () => {
      const { email, code } = await coded();
      const body = {
        username: email,
        orgId: `${ORG.slice(0, -1)}9`,
        credentialId: 'x',
        verificationCode: code,
      };
      expect(await client.post(PATH, body)).toMatchObject(REFUSED);
      expect((await client.recoveryInit(email, code)).status).toBe(200);
    });

    it('however many wrong ones there were: the right one is good', async () => {
      const { email, code } = await coded();
      for (let tries = 0; tries < 25; tries += 1)
        expect(await client.recoveryInit(email, otherCodeThan(code))).toMatchObject(REFUSED);
      expect((await client.recoveryInit(email, code)).status).toBe(200);
    });
  });

  describe('400', () => {
    it.each(['username', 'verificationCode', 'credentialId'])(
      'names a missing %s, and no try is spent',
      async (property) => {
        const { email, id, code } = await coded();
        const body = { username: email, verificationCode: code, credentialId: 'x', [property]: undefined };
        expect(await client.post(PATH, body)).toMatchObject({
          status: 400,
          body: { error: { details: { parameters: [{ parameter: property }] } } },
        });
        expect(await app.rows(sql`SELECT tries_left, status FROM attempts WHERE account_id = ${id}`)).toEqual(
          [{ tries_left: 5, status: 'open' }],
        );
      },
    );
  });

  describe('abuse', () => {
    it('lets one of 64 simultaneous right codes win', async () => {
      const { email, code } = await coded();
      const answers = await Promise.all(Array.from({ length: 64 }, () => client.recoveryInit(email, code)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 401)).toHaveLength(63);
    });

    it('lets 64 simultaneous wrong codes cost the owner nothing: neither a try nor a guess', async () => {
      const { email, id, code } = await coded();
      await Promise.all(Array.from({ length: 64 }, () => client.recoveryInit(email, otherCodeThan(code))));
      const [attempt] = await app.rows(sql`SELECT status, tries_left FROM attempts WHERE account_id = ${id}`);
      expect(attempt).toEqual({ status: 'open', tries_left: 5 });
      expect(await app.rows(sql`SELECT spent FROM guess_budgets WHERE subject = ${id}`)).toEqual([
        { spent: 0 },
      ]);
      expect((await client.recoveryInit(email, code)).status).toBe(200);
    });

    it('takes a code once', async () => {
      const { email, code } = await coded();
      await client.recoveryInit(email, code);
      expect(await client.recoveryInit(email, code)).toMatchObject(REFUSED);
    });

    it('does the same for a stranger as for a known person: statements and answer', async () => {
      const { email, code } = await coded();
      await client.recoveryCode('phantom@example.com');
      const counter = new StatementCounter(app);
      const known = await counter.during(() => client.recoveryInit(email, otherCodeThan(code)));
      const unknown = await counter.during(() => client.recoveryInit('phantom@example.com', code));
      counter.stop();
      expect(unknown).toEqual(known);
      expect(known).toHaveLength(2);
    });
  });
});
