import { sql } from '@app/database';
import { generateSync } from 'otplib';
import { DfnsClient, otherCodeThan } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople, ORG, type Challenge } from '../support/dfns-people.js';
import { SoftwareAuthenticator, SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { WachtPasskeys } from '../support/wacht-passkeys.js';

describe('registration', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
  });
  afterAll(() => app.stop());

  const register = (body: unknown, { temporaryAuthenticationToken: token }: Challenge) =>
    client.post('/auth/registration', body, token);
  const sendCode = (username: string) =>
    client.call('PUT', '/auth/registration/code', { username, orgId: ORG });
  const mails = (email: string) => app.rows(sql`SELECT FROM messages WHERE recipient = ${email}`);

  describe('PUT /auth/registration/code', () => {
    it('mails a code to an account without keys, and nothing to one that has some, in the same words', async () => {
      const { email } = await people.newcomer();
      expect((await sendCode(email)).body).toEqual({ message: 'success' });
      await client.codeIn(email, 1);
      const member = await people.member();
      app.clock.advanceSeconds(60);
      const before = (await mails(member.email)).length;
      expect((await sendCode(member.email)).body).toEqual({ message: 'success' });
      expect(await mails(member.email)).toHaveLength(before);
    });

    it('mails nothing to an account whose owner has taken its last passkey away, nor is a challenge of before answered', async () => {
      const { email } = await people.newcomer();
      const ticket = await people.registrationChallenge(email);
      const browser = new WachtClient(app);
      await browser.signInWithPassword(email);
      await new WachtPasskeys(browser).add();
      const [{ id }] = (await browser.get('/me/passkeys')).body.data as [{ id: string }];
      expect((await browser.post(`/me/passkeys/${id}/delete`)).status).toBe(200);
      app.clock.advanceSeconds(60);
      const codes = () =>
        app.rows(sql`SELECT FROM messages WHERE recipient = ${email} AND template LIKE '%code%'`);
      const before = (await codes()).length;
      expect((await sendCode(email)).body).toEqual({ message: 'success' });
      expect(await codes()).toHaveLength(before);
      const offered = { firstFactorCredential: new SoftwareKey().create(ticket.challenge) };
      expect((await register(offered, ticket)).status).toBe(401);
    });

    it('needs an organisation', async () => {
      const answer = await client.call('PUT', '/auth/registration/code', { username: 'a@example.com' });
      expect(answer).toMatchObject({
        status: 400,
        body: { error: { details: { parameters: [{ parameter: 'orgId' }] } } },
      });
    });
  });

  describe('POST /auth/registration', () => {
    it('takes a passkey, and answers the credential and the user', async () => {
      const { email, uuid } = await people.newcomer();
      const challenge = await people.registrationChallenge(email);
      const passkey = new SoftwareAuthenticator();
      const answer = await register(
        { firstFactorCredential: passkey.create(challenge.challenge) },
        challenge,
      );
      expect(answer.body).toEqual({
        credential: { uuid: expect.stringMatching(/^[0-9a-f-]{36}$/), kind: 'Fido2', name: 'Fido2' },
        user: { id: uuid, username: email, orgId: ORG },
      });
      expect((await people.login({ email, key: passkey })).status).toBe(200);
    });

    it('takes ES256 and EdDSA keys', async () => {
      for (const type of ['ES256', 'EdDSA'] as const) {
        const { email } = await people.newcomer();
        const challenge = await people.registrationChallenge(email);
        const key = new SoftwareKey('Key', type);
        expect(
          (await register({ firstFactorCredential: key.create(challenge.challenge) }, challenge)).status,
        ).toBe(200);
        expect((await people.login({ email, key })).status).toBe(200);
      }
    });

    it('takes an authenticator as the second factor, which holds from then on', async () => {
      const { email } = await people.newcomer();
      const challenge = await people.registrationChallenge(email);
      const secret = new URL(challenge.otpUrl).searchParams.get('secret') as string;
      const code = () => generateSync({ secret, epoch: Math.floor(app.clock.now().getTime() / 1000) });
      const key = new SoftwareKey();
      const secondFactorCredential = { credentialKind: 'Totp', credentialInfo: { otpCode: code() } };
      const answer = await register(
        { firstFactorCredential: key.create(challenge.challenge), secondFactorCredential },
        challenge,
      );
      expect(answer.status).toBe(200);
      expect((await people.login({ email, key })).status).toBe(401);
      const used = await people.login({ email, key }, { kind: 'Totp', otpCode: code() });
      expect(used.status).toBe(401);
      app.clock.advanceSeconds(30);
      expect((await people.login({ email, key }, { kind: 'Totp', otpCode: code() })).status).toBe(200);
    });

    it.each([
      ['another origin', { origin: 'https://evil.example.com' }],
      ['another type', { type: 'key.get' }],
      ['a frame of another site', { crossOrigin: true }],
    ])('refuses a key made with %s', async (_, overrides) => {
      const { email } = await people.newcomer();
      const challenge = await people.registrationChallenge(email);
      const answer = await register(
        { firstFactorCredential: new SoftwareKey().create(challenge.challenge, overrides) },
        challenge,
      );
      expect(answer).toMatchObject({ status: 401, body: { error: { id: 'credentials_wrong' } } });
    });

    it.each([
      ['another origin', { origin: 'https://evil.example.com' }],
      ['another type', { type: 'webauthn.get' }],
    ])('refuses a passkey made with %s', async (_, overrides) => {
      const { email } = await people.newcomer();
      const challenge = await people.registrationChallenge(email);
      const answer = await register(
        { firstFactorCredential: new SoftwareAuthenticator().create(challenge.challenge, overrides) },
        challenge,
      );
      expect(answer.status).toBe(401);
    });

    it('refuses a key whose offer another key has signed, and anything that is no key', async () => {
      const { email } = await people.newcomer();
      const challenge = await people.registrationChallenge(email);
      const [mine, other] = [new SoftwareKey(), new SoftwareKey()];
      const offer = mine.create(challenge.challenge);
      const stolen = JSON.parse(
        Buffer.from(offer.credentialInfo.attestationData, 'base64url').toString(),
      ) as object;
      const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
      for (const attestationData of [
        encode({ ...stolen, publicKey: other.publicKeyPem }),
        encode({ publicKey: 'x', signature: '00' }),
        'bm90aGluZw',
        '!',
      ]) {
        const firstFactorCredential = {
          ...offer,
          credentialInfo: { ...offer.credentialInfo, attestationData },
        };
        expect((await register({ firstFactorCredential }, challenge)).status).toBe(401);
      }
    });

    it.each([
      ['a NUL', '\u0000'],
      ['a lone surrogate', '\ud800'],
      ['rubbish', 'rubbish'],
      ['a second key', new SoftwareKey().publicKeyPem],
    ])('refuses a key with %s behind it, although it has signed that', async (_what, behind) => {
      class OddKey extends SoftwareKey {
        override get publicKeyPem(): string {
          return super.publicKeyPem + behind;
        }
      }
      const { email } = await people.newcomer();
      const challenge = await people.registrationChallenge(email);
      const firstFactorCredential = new OddKey().create(challenge.challenge);
      expect((await register({ firstFactorCredential }, challenge)).status).toBe(401);
    });

    it('names what is missing, extra or of the wrong kind, with its path', async () => {
      const { email } = await people.newcomer();
      const challenge = await people.registrationChallenge(email);
      const good = new SoftwareKey().create(challenge.challenge);
      const parameter = async (body: unknown) => {
        const answer = await register(body, challenge);
        return [answer.status, answer.body.error?.details.parameters?.[0]?.parameter];
      };
      expect(await parameter({})).toEqual([400, 'firstFactorCredential']);
      expect(await parameter({ firstFactorCredential: [] })).toEqual([400, 'firstFactorCredential']);
      expect(await parameter({ firstFactorCredential: { ...good, extra: 1 } })).toEqual([
        400,
        'firstFactorCredential.extra',
      ]);
      expect(await parameter({ firstFactorCredential: { ...good, credentialKind: 'Password' } })).toEqual([
        400,
        'firstFactorCredential.credentialKind',
      ]);
      const withoutId = { ...good.credentialInfo, credId: undefined };
      expect(await parameter({ firstFactorCredential: { ...good, credentialInfo: withoutId } })).toEqual([
        400,
        'firstFactorCredential.credentialInfo.credId',
      ]);
      expect(await parameter({ firstFactorCredential: good, first_factor: 1 })).toEqual([
        400,
        'first_factor',
      ]);
    });
  });

  describe('abuse', () => {
    it('gives keys once: neither a second code nor a second challenge replaces them', async () => {
      const { email, id } = await people.newcomer();
      const first = await people.registrationChallenge(email);
      app.clock.advanceSeconds(60);
      const second = await people.registrationChallenge(email);
      expect(
        (await register({ firstFactorCredential: new SoftwareKey().create(first.challenge) }, first)).status,
      ).toBe(200);
      expect(
        (await register({ firstFactorCredential: new SoftwareKey().create(second.challenge) }, second))
          .status,
      ).toBe(401);
      expect(await app.rows(sql`SELECT FROM credentials WHERE account_id = ${id}`)).toHaveLength(1);
    });

    it('lets one of 16 simultaneous registrations win', async () => {
      const { email, id } = await people.newcomer();
      const challenge = await people.registrationChallenge(email);
      const answers = await Promise.all(
        Array.from({ length: 16 }, () =>
          register({ firstFactorCredential: new SoftwareKey().create(challenge.challenge) }, challenge),
        ),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(await app.rows(sql`SELECT FROM credentials WHERE account_id = ${id}`)).toHaveLength(1);
    });

    it('refuses a wrong code, and says the same of a registered and an unknown user', async () => {
      const { email } = await people.newcomer();
      await sendCode(email);
      const registrationCode = otherCodeThan(await client.codeIn(email, 1));
      const member = await people.member();
      for (const username of [email, member.email, 'stranger@example.com']) {
        const answer = await client.post('/auth/registration/init', {
          username,
          orgId: ORG,
          registrationCode,
        });
        expect(answer).toMatchObject({ status: 401, body: { error: { id: 'code_wrong' } } });
      }
    });

    it('refuses a passkey that another account has', async () => {
      const passkey = new SoftwareAuthenticator();
      const [one, other] = [await people.newcomer(), await people.newcomer()];
      const first = await people.registrationChallenge(one.email);
      await register({ firstFactorCredential: passkey.create(first.challenge) }, first);
      const second = await people.registrationChallenge(other.email);
      const answer = await register({ firstFactorCredential: passkey.create(second.challenge) }, second);
      expect(answer.status).toBe(400);
      expect(answer.body.error?.details.parameters?.[0]?.parameter).toBe('credId');
    });
  });
});
