import { readConfig } from '@app/config';
import { IdentityProviders, ProviderHttp, type IdentityProof } from '@app/identity-providers';
import { Logger } from '@nestjs/common';
import { exportSPKI, generateKeyPair, UnsecuredJWT } from 'jose';
import {
  IdentityProviderServer,
  OTHER_CLIENT,
  OUR_CLIENT,
  type SignedWith,
} from '../support/identity-provider.js';
import { TestClock } from '../support/test-clock.js';

const ANNA = { sub: 'anna', email: 'Anna@Example.com', email_verified: true };
const WRONG = { ok: false, reason: 'wrong' };

let server: IdentityProviderServer;
let clock: TestClock;
let providers: IdentityProviders;

const open = (changes: object = {}, environment: Record<string, string> = {}) =>
  new IdentityProviders(
    readConfig({ ...server.environment(changes), ...environment }),
    clock,
    new ProviderHttp(),
  );
const identify = (proof: IdentityProof, by = providers) => by.identify('test', proof);
const proven = (email?: string) => ({
  ok: true,
  identity: { provider: 'test', issuer: server.issuer, subject: 'anna', ...(email && { email }) },
});

beforeAll(async () => {
  server = await IdentityProviderServer.start();
});
beforeEach(() => {
  jest.spyOn(Logger.prototype, 'log').mockReturnValue();
  server.people.set('anna', ANNA);
  server.people.set('bert', { ...ANNA, sub: 'bert' });
  server.instead.clear();
  server.requests.length = 0;
  clock = new TestClock(new Date().toISOString());
  providers = open();
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.stop());

const seconds = () => Math.floor(clock.now().getTime() / 1000);
const idToken = (changes: object = {}, signedWith: SignedWith = {}) =>
  server.idToken('anna', clock.now(), changes, signedWith);
const unsigned = () => new UnsecuredJWT(server.claims('anna', clock.now())).encode();

describe('an ID token', () => {
  const present = async (token: Promise<string>, by = providers) => identify({ idToken: await token }, by);
  const ok = () => proven('anna@example.com');

  it('of the provider signs in who it names', async () => {
    const { id_token } = await server.tokens('anna');
    expect(await present(Promise.resolve(id_token))).toEqual(proven());
    expect(await present(idToken())).toEqual(ok());
  });

  it('may be as old as configured, within the life it has, and made by a clock a little ahead', async () => {
    const good = [{ iat: seconds() - 600 }, { exp: seconds() - 29 }, { iat: seconds() + 30 }];
    const bad = [{ iat: seconds() - 601 }, { exp: seconds() - 30 }, { iat: seconds() + 31 }];
    for (const changes of good) expect(await present(idToken(changes))).toEqual(ok());
    for (const changes of bad) expect(await present(idToken(changes))).toEqual(WRONG);
    const strict = open({}, { OIDC_ID_TOKEN_SECONDS: '5' });
    expect(await present(idToken({ iat: seconds() - 5 }), strict)).toEqual(ok());
    expect(await present(idToken({ iat: seconds() - 6 }), strict)).toEqual(WRONG);
  });

  it('has to be for us: the client or a configured audience, and no other authorized party', async () => {
    const app = open({ audiences: ['our-android-app'] });
    const [us, them] = [OUR_CLIENT.id, OTHER_CLIENT.id];
    const good = [
      { aud: [us] },
      { azp: us },
      { aud: [us, them], azp: us },
      { aud: 'our-android-app' },
      { azp: 'our-android-app' },
    ];
    const bad = [{ aud: them }, { aud: [us, them] }, { azp: them }, { azp: [us] }, { aud: them, azp: us }];
    for (const changes of good) expect(await present(idToken(changes), app)).toEqual(ok());
    for (const changes of bad) expect(await present(idToken(changes), app)).toEqual(WRONG);
    expect(await present(idToken({ aud: 'our-android-app' }))).toEqual(WRONG);
    expect(await present(idToken({ azp: 'our-android-app' }))).toEqual(WRONG);
  });

  it.each(['iss', 'sub', 'aud', 'iat', 'exp'])('without %s is refused', async (claim) => {
    expect(await present(idToken({ [claim]: undefined }))).toEqual(WRONG);
  });

  it.each([
    ['of another issuer', () => idToken({ iss: `${server.issuer}/` })],
    ['under a foreign key', async () => idToken({}, { key: (await generateKeyPair('RS256')).privateKey })],
    ['under a key that nobody knows', () => idToken({}, { kid: 'unknown' })],
    ['without signature', async () => unsigned()],
    ['under the public key as a secret', async () => underPublicKey()],
    ['under our secret', () => idToken({}, { alg: 'HS256', key: Buffer.from(OUR_CLIENT.secret.padEnd(32)) })],
    ['that is an access token', () => idToken({}, { typ: 'at+jwt' })],
    ['that is a logout token', () => idToken({}, { typ: 'logout+jwt' })],
    ['that is a logout token of no type', () => idToken({ events: { 'urn:logout': {} } })],
    ['that was changed', async () => (await idToken()).replace(/\.[^.]*\./, `.${encoded({ sub: 'bert' })}.`)],
    ['that is none', async () => 'not.a.token'],
  ])('%s is refused', async (_which, make) => {
    expect(await present(make())).toEqual(WRONG);
  });

  const encoded = (changes: object) =>
    Buffer.from(JSON.stringify({ ...server.claims('anna', clock.now()), ...changes })).toString('base64url');
  const underPublicKey = async () =>
    idToken({}, { alg: 'HS256', key: Buffer.from(await exportSPKI(server.publicKey)) });

  it('costs no call to the provider but the first one', async () => {
    for (let turn = 0; turn < 3; turn += 1) await present(idToken());
    expect(server.requests).toEqual(['GET /.well-known/openid-configuration', 'GET /jwks']);
  });
});
