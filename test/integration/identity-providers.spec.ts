import { readConfig } from '@app/config';
import { IdentityProviders, ProviderHttp, type IdentityProof } from '@app/identity-providers';
import { Logger } from '@nestjs/common';
import { generateKeyPair, UnsecuredJWT } from 'jose';
import {
  IdentityProviderServer,
  OTHER_CLIENT,
  OUR_CLIENT,
  type SignedWith,
} from '../support/identity-provider.js';
import { TestClock } from '../support/test-clock.js';

const ANNA = { sub: 'anna', email: 'Anna@Example.com', email_verified: true };
const WRONG = { ok: false, reason: 'wrong' };
const UNSUPPORTED = { ok: false, reason: 'unsupported' };

let server: IdentityProviderServer;
let clock: TestClock;
let providers: IdentityProviders;

const open = (changes: object = {}) =>
  new IdentityProviders(readConfig(server.environment(changes)), clock, new ProviderHttp());
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

describe('a provider', () => {
  it('is known by its name in any letter case, and no other is', async () => {
    expect(['test', 'TEST', 'Test'].map((name) => providers.isConfigured(name))).toEqual([true, true, true]);
    expect(['', 'tes', 'email'].map((name) => providers.isConfigured(name))).toEqual([false, false, false]);
    expect(await providers.identify('TEST', { idToken: await idToken() })).toEqual(
      proven('anna@example.com'),
    );
    expect(await providers.identify('google', { idToken: await idToken() })).toEqual(UNSUPPORTED);
  });

  it('takes the first proof that is given: the code, the ID token, the access token', async () => {
    const { access_token: accessToken } = await server.tokens('anna');
    expect(await identify({ authorizationCode: 'x', idToken: await idToken(), accessToken })).toEqual(WRONG);
    expect(await identify({ authorizationCode: '', idToken: 'x', accessToken })).toEqual(WRONG);
    expect(await identify({ idToken: '', accessToken })).toEqual(proven('anna@example.com'));
    expect(await identify({})).toEqual(WRONG);
  });
});

describe('an authorization code', () => {
  const redeem = async (code: Promise<string>, by = providers) =>
    identify({ authorizationCode: await code }, by);

  it('is redeemed for who signed in, and only once', async () => {
    const code = server.authorize('anna');
    expect(await redeem(code)).toEqual(proven('anna@example.com'));
    expect(await redeem(code)).toEqual(WRONG);
  });

  it('may come from a request with state and nonce, of a provider that adds `iss` to its answers', async () => {
    const document = await fetch(`${server.issuer}/.well-known/openid-configuration`);
    expect(await document.json()).toMatchObject({ authorization_response_iss_parameter_supported: true });
    const request = { state: 'state-of-the-client', nonce: 'nonce-of-the-client' };
    expect(await redeem(server.authorize('anna', OUR_CLIENT, request))).toEqual(proven('anna@example.com'));
  });

  it('asks userinfo for the address only where the ID token has none and it may count', async () => {
    const claims = JSON.stringify({ id_token: { email: null, email_verified: null } });
    const withEmail = server.authorize('anna', OUR_CLIENT, { claims });
    expect(await redeem(withEmail)).toEqual(proven('anna@example.com'));
    expect(await redeem(server.authorize('anna'), open({ linkByEmail: false }))).toEqual(proven());
    expect(server.asked('/me')).toBe(0);
  });

  it.each([[false], ['true'], [undefined]])(
    'gives no address where email_verified is %j',
    async (email_verified) => {
      server.people.set('anna', { ...ANNA, email_verified });
      expect(await redeem(server.authorize('anna'))).toEqual(proven());
    },
  );

  it('is refused when userinfo speaks of somebody else', async () => {
    server.answer('/me', { ...ANNA, sub: 'bert' });
    expect(await redeem(server.authorize('anna'))).toEqual(WRONG);
  });

  it('of another app, made up, or redeemed with another redirect URI or secret is refused', async () => {
    expect(await redeem(server.authorize('anna', OTHER_CLIENT))).toEqual(WRONG);
    expect(await redeem(Promise.resolve('made-up'))).toEqual(WRONG);
    const elsewhere = open({ redirectUri: OTHER_CLIENT.redirectUri });
    expect(await redeem(server.authorize('anna'), elsewhere)).toEqual(WRONG);
    expect(await redeem(server.authorize('anna'), open({ clientSecret: 'guessed' }))).toEqual(WRONG);
  });

  it('cannot be used without a redirect URI of ours', async () => {
    expect(await redeem(server.authorize('anna'), open({ redirectUri: undefined }))).toEqual(UNSUPPORTED);
    expect(server.asked('/token')).toBe(0);
  });

  it('is sent with the secret in the body where the provider does not take Basic, and without one as public', async () => {
    await server.changeDocument({ token_endpoint_auth_methods_supported: ['client_secret_post'] });
    const sent: [string | undefined, string][] = [];
    server.instead.set('/token', (request, response) => {
      void request.toArray().then((chunks: Buffer[]) => {
        sent.push([request.headers.authorization, Buffer.concat(chunks).toString()]);
        response.writeHead(400, { 'Content-Type': 'application/json' }).end('{"error":"invalid_grant"}');
      });
    });
    expect(await redeem(Promise.resolve('a code'))).toEqual(WRONG);
    expect(await redeem(Promise.resolve('a code'), open({ clientSecret: undefined }))).toEqual(WRONG);
    const { id: client_id, secret: client_secret, redirectUri: redirect_uri } = OUR_CLIENT;
    const common = { client_id, code: 'a code', grant_type: 'authorization_code', redirect_uri };
    expect(sent.map(([, body]) => Object.fromEntries(new URLSearchParams(body)))).toEqual([
      { ...common, client_secret },
      common,
    ]);
    expect(sent.map(([header]) => header)).toEqual([undefined, undefined]);
  });

  it.each([
    ['that is not there', async () => undefined],
    ['for another client', () => idToken({ aud: OTHER_CLIENT.id })],
    ['of another issuer', () => idToken({ iss: 'https://other.example.com' })],
    ['that has expired', () => idToken({ exp: seconds() - 60 })],
    ['under a foreign key', async () => idToken({}, { key: (await generateKeyPair('RS256')).privateKey })],
    ['without signature', async () => unsigned()],
    ['under our secret', () => idToken({}, { alg: 'HS256', key: Buffer.from(OUR_CLIENT.secret.padEnd(32)) })],
  ])('is refused when it brings an ID token %s', async (_which, bring) => {
    await server.changeDocument({ id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'] });
    server.answer('/token', { access_token: 'a', token_type: 'Bearer', id_token: await bring() });
    expect(await redeem(Promise.resolve('a code'))).toEqual(WRONG);
    server.answer('/token', { access_token: 'a', token_type: 'Bearer', id_token: await idToken() });
    expect(await redeem(Promise.resolve('a code'))).toEqual(proven('anna@example.com'));
  });
});

describe('an access token', () => {
  const use = (accessToken: string, by = providers) => identify({ accessToken }, by);
  const introspected = (answered: object) =>
    server.answer('/token/introspection', { active: true, ...answered });
  const ok = () => proven('anna@example.com');

  it('of our client signs in whom userinfo names', async () => {
    expect(await use((await server.tokens('anna')).access_token)).toEqual(ok());
  });

  it('of another app signs nobody in, unless that app is ours too', async () => {
    const { access_token } = await server.tokens('anna', OTHER_CLIENT);
    expect(await use(access_token)).toEqual(WRONG);
    expect(await use(access_token, open({ audiences: [OTHER_CLIENT.id] }))).toEqual(ok());
  });

  it('that is none, or that cannot be a header, is refused', async () => {
    expect(await use('made-up')).toEqual(WRONG);
    introspected({ client_id: OUR_CLIENT.id });
    expect(await use('line\nbreak')).toEqual(WRONG);
  });

  it('is ours by who asked for it, whomever it is for', async () => {
    const { access_token } = await server.tokens('anna');
    introspected({ client_id: OUR_CLIENT.id, aud: 'x' });
    expect(await use(access_token)).toEqual(ok());
    const bad = [{}, { aud: OUR_CLIENT.id }, { aud: [] }, { client_id: OTHER_CLIENT.id, aud: OUR_CLIENT.id }];
    server.requests.length = 0;
    for (const answered of bad) {
      introspected(answered);
      expect(await use(access_token)).toEqual(WRONG);
    }
    expect(server.asked('/me')).toBe(0);
  });

  it('is refused when userinfo and introspection speak of two people', async () => {
    introspected({ client_id: OUR_CLIENT.id, sub: 'bert' });
    expect(await use((await server.tokens('anna')).access_token)).toEqual(WRONG);
  });

  it.each(['introspection_endpoint', 'userinfo_endpoint'])(
    'alone proves nothing to a provider without %s, and is sent to nobody',
    async (endpoint) => {
      const { access_token } = await server.tokens('anna');
      await server.changeDocument({ [endpoint]: undefined });
      server.requests.length = 0;
      expect(await use(access_token)).toEqual(UNSUPPORTED);
      expect(server.requests).toEqual(['GET /.well-known/openid-configuration']);
    },
  );
});
