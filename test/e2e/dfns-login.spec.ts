import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { generateSync } from 'otplib';
import { DfnsClient } from '../support/dfns-client.js';
import { LONG_CODE } from '../support/mailbox-reader.js';
import { AT_HOME, DfnsPeople, ORG } from '../support/dfns-people.js';
import { SoftwareAuthenticator, SoftwareKey } from '../support/software-authenticator.js';
import { StatementCounter } from '../support/statements.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

const REFUSED = {
  status: 401,
  body: { error: { id: 'credentials_wrong', status: 401, message: 'Not Authorized.', details: {} } },
};

describe('login', () => {
  let app: TestApp;
  let client: DfnsClient;
  let people: DfnsPeople;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    client = new DfnsClient(app);
    people = new DfnsPeople(app, client);
  });
  afterAll(() => app.stop());

  const logout = (token?: string) => client.call('PUT', '/auth/logout', undefined, token);
  const claimsOf = (token = '') =>
    JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

  async function withPasskey() {
    const { email, id } = await people.newcomer();
    const { challenge, temporaryAuthenticationToken: token } = await people.registrationChallenge(email);
    const key = new SoftwareAuthenticator();
    await client.post('/auth/registration', { firstFactorCredential: key.create(challenge) }, token);
    return { email, id, key };
  }

  describe('POST /auth/login', () => {
    it('answers a JWT that names the account, its session and its organisation, and ends after 15 minutes', async () => {
      const member = await people.member();
      const answer = await people.login(member);
      expect(answer.status).toBe(200);
      expect(Object.keys(answer.body)).toEqual(['token']);
      const claims = claimsOf(answer.body.token);
      expect(claims).toMatchObject({
        sub: member.uuid,
        amr: ['pop'],
        'https://custom/app_metadata': { orgId: ORG },
      });
      expect(Number(claims['exp']) - Number(claims['iat'])).toBe(900);
      const sessions = await app.rows(sql`SELECT id, protocol FROM sessions WHERE account_id = ${member.id}`);
      expect(sessions).toEqual([{ id: claims['sid'], protocol: 'dfns' }]);
    });

    it('has no organisation claim for an account without one', async () => {
      const member = await people.member();
      await app.rows(sql`UPDATE accounts SET org_id = NULL WHERE id = ${member.id}`);
      expect(claimsOf((await people.login(member)).body.token)).not.toHaveProperty([
        'https://custom/app_metadata',
      ]);
    });

    it('takes a passkey without a user name: the authenticator knows whose it is', async () => {
      const { key, id } = await withPasskey();
      const { challenge, challengeIdentifier } = await people.loginChallenge();
      const answer = await client.post('/auth/login', {
        challengeIdentifier,
        firstFactor: key.firstFactor(challenge),
      });
      expect(answer.status).toBe(200);
      expect(await app.rows(sql`SELECT FROM sessions WHERE account_id = ${id}`)).toHaveLength(1);
    });

    it('takes the challenge as given or as base64url of it, and an origin that is allowed', async () => {
      const member = await people.member();
      for (const encode of [
        (text: string) => text,
        (text: string) => Buffer.from(text).toString('base64url'),
      ]) {
        const { challenge, challengeIdentifier } = await people.loginChallenge(member.email);
        const firstFactor = member.key.firstFactor(encode(challenge), {
          origin: 'http://localhost:3000',
          crossOrigin: false,
        });
        expect((await client.post('/auth/login', { challengeIdentifier, firstFactor })).status).toBe(200);
      }
    });

    it('asks for the authenticator’s code where there is one, and counts its guesses', async () => {
      const member = await people.member({ secondFactor: 'totp' });
      const secret = new URL(member.otpauthUri ?? '').searchParams.get('secret') as string;
      const code = () => generateSync({ secret, epoch: Math.floor(app.clock.now().getTime() / 1000) });
      expect(await people.login(member)).toMatchObject(REFUSED);
      const wrong = { kind: 'Totp', otpCode: code() === '000000' ? '000001' : '000000' };
      expect(await people.login(member, wrong)).toMatchObject(REFUSED);
      const answer = await people.login(member, { kind: 'Totp', otpCode: code() });
      expect(claimsOf(answer.body.token)['amr']).toEqual(['pop', 'otp']);
      app.clock.advanceSeconds(30);
      for (let guess = 0; guess < 20; guess += 1) await people.login(member, wrong);
      expect(await people.login(member, { kind: 'Totp', otpCode: code() })).toMatchObject(REFUSED);
    });

    it('makes a session that another authenticator of the same owner leaves alive: it was proven by this kind of factor', async () => {
      const member = await people.member({ secondFactor: 'totp' });
      const authenticator = new Authenticator(app, member.otpauthUri as string);
      const proof = { kind: 'Totp', otpCode: authenticator.code() };
      const token = (await people.login(member, proof)).body.token;
      app.clock.advanceSeconds(30);
      const yat = new YatClient(app);
      const { refresh_token } = (await yat.signIn(member.email)).body;
      const { access_token } = (await yat.confirm(refresh_token, authenticator.code())).body;
      const set = await yat.post('/account/2fa/enable', { provider: 'GoogleAuthenticator' }, access_token);
      const code = new Authenticator(app, set.body.ga_secret as string).code();
      expect((await yat.post('/account/2fa/confirm', { code }, access_token)).status).toBe(200);
      expect((await logout(token)).status).toBe(200);
    });

    it('asks for the mailed code where the second factor is the mailbox', async () => {
      const member = await people.member();
      await people.changeSecondFactor(member, 'email');
      expect(await people.login(member)).toMatchObject(REFUSED);
      const code = await client.mailedCode(member.email, member.email, '/auth/login/code');
      const { challenge, challengeIdentifier } = await people.loginChallenge(member.email, code);
      const answer = await client.post('/auth/login', {
        challengeIdentifier,
        firstFactor: member.key.firstFactor(challenge),
      });
      expect(answer.status).toBe(200);
      expect(claimsOf(answer.body.token)['amr']).toEqual(['pop', 'email']);
      expect(
        (await client.post('/auth/login/init', { username: member.email, loginCode: code })).status,
      ).toBe(401);
    });

    it('gives no first key by a mailed code where the mailbox is the second factor: it would be both', async () => {
      const { email } = await people.newcomer({ secondFactor: 'email' });
      await client.call('PUT', '/auth/registration/code', { username: email, orgId: ORG });
      const sent = sql`SELECT FROM messages WHERE recipient = ${email} AND template = 'registration_code'`;
      expect(await app.rows(sent)).toEqual([]);
    });

    it('asks for the texted code where the second factor is the phone', async () => {
      const phone = '+4915112345699';
      const member = await people.member({ secondFactor: 'sms', phone });
      expect(await people.login(member)).toMatchObject(REFUSED);
      const code = await client.mailedCode(member.email, phone, '/auth/login/code');
      // The mailbox is told of the first keys, and has no code but that of the registration.
      const codes = app.mailbox.messages(member.email).filter(({ text }) => LONG_CODE.test(text));
      expect(codes).toHaveLength(1);
      const { challenge, challengeIdentifier } = await people.loginChallenge(member.email, code);
      const firstFactor = member.key.firstFactor(challenge);
      expect((await client.post('/auth/login', { challengeIdentifier, firstFactor })).status).toBe(200);
    });

    it.each([
      ['another origin', { origin: 'https://evil.example.com' }],
      ['another type', { type: 'key.create' }],
      ['a frame of another site', { crossOrigin: true }],
      ['another challenge', { challenge: 'another' }],
    ])('refuses a signature for %s', async (_, overrides) => {
      const member = await people.member();
      const { challenge, challengeIdentifier } = await people.loginChallenge(member.email);
      expect(
        await client.post('/auth/login', {
          challengeIdentifier,
          firstFactor: member.key.firstFactor(challenge, overrides),
        }),
      ).toMatchObject(REFUSED);
    });

    it('refuses a passkey’s signature made elsewhere, and a counter that goes back: a clone', async () => {
      const { email, key } = await withPasskey();
      const first = await people.loginChallenge(email);
      const elsewhere = key.firstFactor(first.challenge, { origin: 'https://evil.example.com' });
      expect(
        await client.post('/auth/login', {
          challengeIdentifier: first.challengeIdentifier,
          firstFactor: elsewhere,
        }),
      ).toMatchObject(REFUSED);
      key.counter = 7;
      expect((await people.login({ email, key })).status).toBe(200);
      key.counter = 6;
      expect(await people.login({ email, key })).toMatchObject(REFUSED);
    });

    it('refuses a recovery key, a key of somebody else, and a disabled account', async () => {
      const [member, other] = [await people.member(), await people.member()];
      expect(await people.login({ email: member.email, key: other.key })).toMatchObject(REFUSED);
      const asKey = Object.assign(Object.create(member.recoveryKey) as SoftwareKey, { kind: 'Key' });
      expect(await people.login({ email: member.email, key: asKey })).toMatchObject(REFUSED);
      await app.rows(sql`UPDATE accounts SET disabled_at = now() WHERE id = ${member.id}`);
      expect(await people.login(member)).toMatchObject(REFUSED);
    });
  });

  describe('PUT /auth/logout', () => {
    it('ends the session of the token, once', async () => {
      const { token } = (await people.login(await people.member())).body;
      expect((await logout(token)).body).toEqual({ message: 'success' });
      expect(await logout(token)).toMatchObject({ status: 401, body: { error: { status: 401 } } });
    });

    it('refuses a token that is missing, forged or over', async () => {
      const { token } = (await people.login(await people.member())).body;
      for (const bad of [undefined, 'x.y.z', `${token}x`]) expect((await logout(bad)).status).toBe(401);
      app.clock.advanceSeconds(900);
      expect((await logout(token)).status).toBe(401);
    });
  });

  describe('abuse', () => {
    it('refuses a replayed challenge', async () => {
      const member = await people.member();
      const { challenge, challengeIdentifier } = await people.loginChallenge(member.email);
      const sent = { challengeIdentifier, firstFactor: member.key.firstFactor(challenge) };
      expect((await client.post('/auth/login', sent)).status).toBe(200);
      expect(await client.post('/auth/login', sent)).toMatchObject(REFUSED);
    });

    it('lets one of 16 simultaneous answers win', async () => {
      const { email, key, id } = await withPasskey();
      const { challenge, challengeIdentifier } = await people.loginChallenge(email);
      const sent = { challengeIdentifier, firstFactor: key.firstFactor(challenge) };
      const answers = await Promise.all(Array.from({ length: 16 }, () => client.post('/auth/login', sent)));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(await app.rows(sql`SELECT FROM sessions WHERE account_id = ${id}`)).toHaveLength(1);
    });

    it('starts for a stranger as for a known person: same statements, same shape, the same decoy each time', async () => {
      const { email } = await withPasskey();
      const bodies: object[] = [];
      const counter = new StatementCounter(app);
      const start = (username: string) =>
        counter.during(async () => bodies.push((await client.post('/auth/login/init', { username })).body));
      const statements = [
        await start(email),
        await start('stranger@example.com'),
        await start('stranger@example.com'),
      ];
      counter.stop();
      expect(new Set(statements.map((list) => JSON.stringify(list))).size).toBe(1);
      const shapes = bodies.map((body) =>
        JSON.stringify(body, (_, value: unknown) => (typeof value === 'string' ? value.length : value)),
      );
      expect(new Set(shapes).size).toBe(1);
      expect(bodies[1]).toHaveProperty(
        'allowCredentials',
        (bodies[2] as { allowCredentials: object }).allowCredentials,
      );
    });
  });

  describe('abuse of POST /auth/login/init', () => {
    it('tells nobody apart by the spelling of a name: a decoy has one id, as a key has', async () => {
      const idsFor = async (username: string) =>
        (await client.post('/auth/login/init', { username })).body['allowCredentials'];
      const member = await people.member();
      const spellings = (name: string) => [name, ` ${name}`, name.toUpperCase(), `${name} `];
      for (const name of [member.email, 'nobody-at-all@example.com']) {
        const seen = await Promise.all(spellings(name).map(idsFor));
        expect(new Set(seen.map((ids) => JSON.stringify(ids))).size).toBe(1);
      }
    });
  });
});
