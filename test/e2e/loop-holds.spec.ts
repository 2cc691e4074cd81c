import { attestationWith, CBOR_SHAPES } from '../support/cbor-shapes.js';
import { Credentials } from '../support/credentials.js';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople, type Challenge } from '../support/dfns-people.js';
import { LONGEST_HOLD } from '../support/hold-judge.js';
import { leastHold } from '../support/loop-watch.js';
import { SoftwareKey, ORIGIN } from '../support/software-authenticator.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

/** As long as a password may be, and hard to judge: many words, many ways to read one, much to unfold. */
const PASSWORDS: Record<string, string> = {
  'one letter': 'a'.repeat(128),
  words: 'password'.repeat(16),
  substitutions: '4@8({[<361!|1|7$50'.repeat(8).slice(0, 128),
  'keys in a row': 'qwertyuiop'.repeat(13).slice(0, 128),
  dates: '1.1.2000'.repeat(16),
  'ligatures that unfold': '\ufdfa'.repeat(128),
  'combining marks': `a${'\u0301\u0323'.repeat(63)}`,
};
/** The most that a property of an offered key may have. */
const LONGEST_DATA = 32_768;

describe('the event loop is not held by', () => {
  let app: TestApp;
  let people: DfnsPeople;
  let challenge: Challenge;
  let count = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      ...AT_HOME,
      YAT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
    });
    people = new DfnsPeople(app, new DfnsClient(app));
    challenge = await people.registrationChallenge((await people.newcomer()).email);
    await new Credentials(app).refill();
  });
  afterAll(() => app.stop());

  const expectNoHold = async (work: () => Promise<unknown>) => {
    expect(await leastHold(work, { tries: 10, enough: LONGEST_HOLD })).toBeLessThan(LONGEST_HOLD);
  };
  const freshEmail = () => `person-of-many-words${(count += 1)}@example.com`;

  describe.each(Object.keys(PASSWORDS))('a new password of %s', (kind) => {
    const password = PASSWORDS[kind] as string;

    it('at a wacht sign-up', () =>
      expectNoHold(() => new WachtClient(app).post('/auth/signup', { email: freshEmail(), password })));

    it('at a yat registration', () =>
      expectNoHold(() => new YatClient(app).post('/users', { email: freshEmail(), password })));

    it('at a yat change', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      const client = new YatClient(app);
      const { access_token } = (await client.signIn(email)).body;
      await expectNoHold(() => client.call('PATCH', '/account', { password }, access_token));
    });

    it('at a wacht reset', async () => {
      const email = freshEmail();
      await app.createAccount({ email, secondFactor: 'none' });
      await new WachtClient(app).post('/auth/forgot-password', { email });
      const token = /(?<!not-me\?)token=([\w-]+)/.exec((await app.mailbox.newest(email, 1)).text)?.[1];
      await expectNoHold(() => new WachtClient(app).post('/auth/reset-password', { token, password }));
    });
  });

  const offer = (credentialKind: string, attestationData: Buffer, clientData: Buffer) => ({
    credentialKind,
    credentialInfo: {
      credId: 'x'.repeat(1024),
      clientData: clientData.toString('base64url'),
      attestationData: attestationData.toString('base64url'),
    },
  });
  const clientData = (type: string, size: number) => {
    const said = {
      type,
      challenge: Buffer.from(challenge.challenge).toString('base64url'),
      origin: ORIGIN,
      crossOrigin: false,
    };
    return Buffer.from(JSON.stringify({ ...said, padding: 'x'.repeat(size) }));
  };
  const register = (firstFactorCredential: object) =>
    people.client.post(
      '/auth/registration',
      { firstFactorCredential },
      challenge.temporaryAuthenticationToken,
    );
  /** In base64url they are as long as they may be, both together nearly as long as a body may be. */
  const HALF = Math.floor((LONGEST_DATA * 3) / 4) - 600;

  it.each(Object.keys(CBOR_SHAPES))('an authenticator that attests %s', async (shape) => {
    const statement = CBOR_SHAPES[shape]?.(HALF) as Buffer;
    const credential = offer('Fido2', attestationWith(statement), clientData('webauthn.create', HALF - 400));
    await expectNoHold(async () => expect((await register(credential)).status).toBe(401));
  });

  it.each([
    ['a signature', { signature: 'ab'.repeat(HALF / 2 - 200) }],
    ['a signature that is cut off', { signature: 'a'.repeat(HALF - 401) }],
    ['a key', { publicKey: new SoftwareKey().publicKeyPem.replace('\n', `\n${' '.repeat(1800)}`) }],
    ['a key that never ends', { publicKey: `-----BEGIN PUBLIC KEY-----${'A \n'.repeat(660)}` }],
  ])('a program that attests with %s, as long as may be', async (_, said) => {
    const attestation = { publicKey: new SoftwareKey().publicKeyPem, signature: 'ab', ...said };
    const credential = offer(
      'Key',
      Buffer.from(JSON.stringify(attestation)),
      clientData('key.create', HALF - 400),
    );
    await expectNoHold(async () => expect((await register(credential)).status).toBe(401));
  });

  it('a token as long as a header may be', async () => {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${part({ alg: 'ES256' })}.${part({ scope: 'x '.repeat(4000) })}.${'A'.repeat(86)}`;
    await expectNoHold(async () => expect((await new YatClient(app).account(token)).status).toBe(401));
  });

  it('cookies as many as a header may have, the one that counts the last', async () => {
    const client = new WachtClient(app);
    await client.session();
    client.cookie = `${'__session=; a=b; '.repeat(800)}${client.cookie}`;
    await expectNoHold(async () => expect((await client.copy().session()).status).toBe(200));
  });

  it('a sign-in, which hashes', async () => {
    const email = freshEmail();
    await app.createAccount({ email, secondFactor: 'none' });
    await expectNoHold(() => new YatClient(app).signIn(email, PASSWORD));
  });
});
