import type { Browser, Page } from 'playwright-core';
import { DfnsClient } from '../support/dfns-client.js';
import { AT_HOME, DfnsPeople } from '../support/dfns-people.js';
import { ORIGIN } from '../support/software-authenticator.js';
import { launchChromium } from '../support/chromium.js';
import { TestApp } from '../support/test-app.js';

interface CreationOptions {
  challenge: string;
  rp: { id: string; name: string };
  user: { id: string; name: string; displayName: string };
  pubKeyCredParams: { type: 'public-key'; alg: number }[];
  authenticatorSelection: object;
}

describe('passkeys in a real browser', () => {
  let app: TestApp;
  let client: DfnsClient;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    app = await TestApp.start(AT_HOME);
    client = new DfnsClient(app);
    browser = await launchChromium();
    page = await browser.newPage();
    await page.route('**/*', (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>client</title>' }),
    );
    await page.goto(ORIGIN);
    await plugInAuthenticator();
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  async function plugInAuthenticator(): Promise<void> {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('WebAuthn.enable');
    const options = {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    await devtools.send('WebAuthn.addVirtualAuthenticator', { options });
  }

  /** What a page of a client does with the answer of `init`. */
  const create = (options: CreationOptions) =>
    page.evaluate(async ({ challenge, user, ...rest }: CreationOptions) => {
      const bytes = (text: string) => new TextEncoder().encode(text);
      const text = (data: ArrayBuffer) =>
        btoa(String.fromCharCode(...new Uint8Array(data)))
          .replace(/\+/g, '-')
          .replace(/\//g, '_')
          .replace(/=+$/, '');
      const publicKey = { ...rest, challenge: bytes(challenge), user: { ...user, id: bytes(user.id) } };
      const made = await (globalThis as unknown as Browserish).navigator.credentials.create({ publicKey });
      return {
        credId: made.id,
        clientData: text(made.response.clientDataJSON),
        attestationData: text(made.response.attestationObject),
      };
    }, options);

  const get = (options: { challenge: string; rpId: string; allowed: string[] }) =>
    page.evaluate(async ({ challenge, rpId, allowed }) => {
      const text = (data: ArrayBuffer) =>
        btoa(String.fromCharCode(...new Uint8Array(data)))
          .replace(/\+/g, '-')
          .replace(/\//g, '_')
          .replace(/=+$/, '');
      const bytes = (encoded: string) =>
        Uint8Array.from(atob(encoded.replace(/-/g, '+').replace(/_/g, '/')), (each) => each.charCodeAt(0));
      const allowCredentials = allowed.map((id) => ({ type: 'public-key', id: bytes(id) }));
      const publicKey = {
        challenge: new TextEncoder().encode(challenge),
        rpId,
        allowCredentials,
        userVerification: 'required',
      };
      const { id, response } = await (globalThis as unknown as Browserish).navigator.credentials.get({
        publicKey,
      });
      return {
        credId: id,
        clientData: text(response.clientDataJSON),
        authenticatorData: text(response.authenticatorData),
        signature: text(response.signature),
      };
    }, options);

  it('registers a passkey, logs in with it, and logs in without saying who it is', async () => {
    const people = new DfnsPeople(app, client);
    const { email } = await people.newcomer();
    const challenge = await people.registrationChallenge(email);
    const credentialInfo = await create(pick(challenge as unknown as CreationOptions));
    const firstFactorCredential = { credentialKind: 'Fido2', credentialInfo };
    const registered = await client.post(
      '/auth/registration',
      { firstFactorCredential },
      challenge.temporaryAuthenticationToken,
    );
    expect(registered).toMatchObject({ status: 200, body: { credential: { kind: 'Fido2' } } });

    for (const username of [email, undefined]) {
      const { challenge: toSign, challengeIdentifier } = await people.loginChallenge(username);
      const credentialAssertion = await get({
        challenge: toSign,
        rpId: 'localhost',
        allowed: username ? [credentialInfo.credId] : [],
      });
      const answer = await client.post('/auth/login', {
        challengeIdentifier,
        firstFactor: { kind: 'Fido2', credentialAssertion },
      });
      expect([answer.status, Object.keys(answer.body)]).toEqual([200, ['token']]);
    }
  });
});

/** As much of a page's globals as is used: these sources are compiled without the browser's types. */
interface Browserish {
  navigator: {
    credentials: {
      create(
        options: object,
      ): Promise<{ id: string; response: { clientDataJSON: ArrayBuffer; attestationObject: ArrayBuffer } }>;
      get(options: object): Promise<{
        id: string;
        response: { clientDataJSON: ArrayBuffer; authenticatorData: ArrayBuffer; signature: ArrayBuffer };
      }>;
    };
  };
}

function pick({
  challenge,
  rp,
  user,
  pubKeyCredParams,
  authenticatorSelection,
}: CreationOptions): CreationOptions {
  return {
    challenge,
    rp,
    user,
    pubKeyCredParams,
    authenticatorSelection: { ...authenticatorSelection, residentKey: 'required' },
  };
}
