import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { SoftwareAuthenticator, SoftwareKey } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';

const ANDROID = `android:apk-key-hash:${Buffer.alloc(32, 7).toString('base64url')}`;
const OTHER_APP = `android:apk-key-hash:${Buffer.alloc(32, 8).toString('base64url')}`;
const EXTENSION = 'chrome-extension://abcdefghijklmnopabcdefghijklmnop';
const PREVIEW = 'https://pr-17.preview.example.com';

const CONFIGURED = ['capacitor://localhost', 'tauri://localhost', EXTENSION, PREVIEW];
const FOREIGN = [
  ...['capacitor://evil', 'tauri://localhost.evil', 'null', 'https://preview.example.com'],
  ...[
    'https://a.b.preview.example.com',
    'https://pr-17.preview.example.com.evil.example',
    'http://pr-17.preview.example.com',
  ],
];

describe('where a call comes from', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({
      ...AT_HOME,
      CORS_ORIGINS: `capacitor://localhost, tauri://localhost, ${EXTENSION}, https://*.preview.example.com`,
      WEBAUTHN_ORIGINS: `${AT_HOME.PUBLIC_URL}, ${ANDROID}, https://*.preview.example.com`,
    });
  });
  afterAll(() => app.stop());

  const preflight = (Origin: string) =>
    fetch(`${app.url}/auth/login`, {
      method: 'OPTIONS',
      headers: {
        Origin,
        'Access-Control-Request-Method': 'POST',
        'Access-Control-Request-Headers': 'content-type',
      },
    });
  const post = (Origin: string) =>
    fetch(`${app.url}/auth/signin`, {
      method: 'POST',
      headers: { Origin, 'Sec-Fetch-Site': 'cross-site', 'Content-Type': 'application/json' },
      body: JSON.stringify({ strategy: 'email_otp', email: 'nobody@example.com' }),
    });

  it.each(CONFIGURED)('%s may call, with credentials', async (origin) => {
    for (const { headers } of [await preflight(origin), await post(origin)]) {
      expect(headers.get('access-control-allow-origin')).toBe(origin);
      expect(headers.get('access-control-allow-credentials')).toBe('true');
      expect(headers.get('vary')).toContain('Origin');
    }
    expect((await post(origin)).status).toBe(200);
  });

  it.each(FOREIGN)('abuse: %s may not, and acts with no cookie of ours', async (origin) => {
    for (const { headers } of [await preflight(origin), await post(origin)]) {
      expect(headers.get('access-control-allow-origin')).toBeNull();
      expect(headers.get('vary')).toContain('Origin');
    }
    expect((await post(origin)).status).toBe(403);
  });

  describe('a passkey', () => {
    let client: DfnsClient;
    let people: DfnsPeople;

    beforeAll(() => {
      client = new DfnsClient(app);
      people = new DfnsPeople(app, client);
    });

    const register = async (key: SoftwareAuthenticator | SoftwareKey, origin: string) => {
      const { email } = await people.newcomer();
      const { challenge, temporaryAuthenticationToken: token } = await people.registrationChallenge(email);
      const firstFactorCredential = key.create(challenge, { origin });
      return (await client.post('/auth/registration', { firstFactorCredential }, token)).status;
    };

    it.each([
      ['an Android app', ANDROID],
      ['a preview', PREVIEW],
      ['the service’s own page', AT_HOME.PUBLIC_URL],
    ])('of %s is made and used there', async (_name, origin) => {
      const key = new SoftwareAuthenticator();
      expect(await register(key, origin)).toBe(200);
      const { challenge, challengeIdentifier } = await people.loginChallenge();
      const used = { challengeIdentifier, firstFactor: key.firstFactor(challenge, { origin }) };
      expect((await client.post('/auth/login', used)).status).toBe(200);
    });

    it('of a program is made in an Android app too', async () => {
      expect(await register(new SoftwareKey('Key'), ANDROID)).toBe(200);
    });

    it.each([
      ['another app', OTHER_APP],
      ['the hash in another case', ANDROID.toUpperCase()],
      ['the beginning of the hash', ANDROID.slice(0, -1)],
      ['the list as a text', `${AT_HOME.PUBLIC_URL}, ${ANDROID}`],
      ['an origin of CORS alone', 'tauri://localhost'],
      ['a preview of a preview', 'https://a.b.preview.example.com'],
      ['no origin', ''],
    ])('abuse: is neither made nor used by %s', async (_name, origin) => {
      for (const key of [new SoftwareAuthenticator(), new SoftwareKey('Key')])
        expect(await register(key, origin)).toBe(401);
      const key = new SoftwareAuthenticator();
      expect(await register(key, ANDROID)).toBe(200);
      const { challenge, challengeIdentifier } = await people.loginChallenge();
      const used = { challengeIdentifier, firstFactor: key.firstFactor(challenge, { origin }) };
      expect((await client.post('/auth/login', used)).status).toBe(401);
    });
  });
});
