import { once } from 'node:events';
import { createServer } from 'node:net';
import { readConfig } from '@app/config';
import { IdentityProviders, ProviderHttp } from '@app/identity-providers';
import { SystemClock } from '@app/kernel';
import { Logger } from '@nestjs/common';
import { DOCUMENT, IdentityProviderServer, OUR_CLIENT } from '../support/identity-provider.js';

const UNREACHABLE = { ok: false, reason: 'unreachable' };

let server: IdentityProviderServer;
let warnings: string[];

const open = (changes: object = {}, http = new ProviderHttp()) =>
  new IdentityProviders(readConfig(server.environment(changes)), new SystemClock(), http);
const idToken = () => server.idToken('anna', new Date());

beforeAll(async () => {
  server = await IdentityProviderServer.start();
  server.people.set('anna', { sub: 'anna' });
});
beforeEach(() => {
  warnings = [];
  jest.spyOn(Logger.prototype, 'log').mockReturnValue();
  jest.spyOn(Logger.prototype, 'warn').mockImplementation((message: string) => void warnings.push(message));
  server.instead.clear();
  server.requests.length = 0;
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => server.stop());

describe('the document of a provider', () => {
  it('is read once for all who come at once, and kept', async () => {
    const providers = open();
    const proofs = await Promise.all(Array.from({ length: 8 }, idToken));
    const outcomes = await Promise.all(proofs.map((proof) => providers.identify('test', { idToken: proof })));
    expect(outcomes.map(({ ok }) => ok)).toEqual(Array(8).fill(true));
    expect(await providers.identify('test', { idToken: await idToken() })).toMatchObject({ ok: true });
    expect([server.asked(DOCUMENT), server.asked('/jwks')]).toEqual([1, 1]);
  });

  it('is read again after it could not be, once for all who come at once', async () => {
    const providers = open();
    // The proofs are made before, or the second caller comes when the first one's question has failed already.
    const [first, second] = await Promise.all([idToken(), idToken()]);
    const identify = (proof = first) => providers.identify('test', { idToken: proof });
    server.answer(DOCUMENT, {}, 503);
    expect(await Promise.all([identify(first), identify(second)])).toEqual([UNREACHABLE, UNREACHABLE]);
    expect(await identify()).toEqual(UNREACHABLE);
    expect(server.asked(DOCUMENT)).toBe(2);
    server.instead.clear();
    expect(await identify()).toMatchObject({ ok: true });
    expect(server.asked(DOCUMENT)).toBe(3);
  });

  it.each([
    ['is no JSON', async () => server.answer(DOCUMENT, '<html>')],
    ['is no object', async () => server.answer(DOCUMENT, [])],
    ['is not there', async () => server.answer(DOCUMENT, {}, 404)],
    ['is that of another issuer', () => server.changeDocument({ issuer: 'https://other.example.com' })],
    ['names no keys', () => server.changeDocument({ jwks_uri: undefined })],
    ['names no address', () => server.changeDocument({ token_endpoint: '/token' })],
  ])('makes a provider unreachable when it %s', async (_how, spoil) => {
    await spoil();
    expect(await open().identify('test', { idToken: await idToken() })).toEqual(UNREACHABLE);
    server.instead.clear();
    expect(await open().identify('test', { idToken: await idToken() })).toMatchObject({ ok: true });
  });

  it.each(['jwks_uri', 'token_endpoint', 'userinfo_endpoint', 'introspection_endpoint'])(
    'of an https issuer may not name an http %s',
    async (endpoint) => {
      const issuer = 'https://id.example.com';
      const ends = ['jwks_uri', 'token_endpoint', 'userinfo_endpoint', 'introspection_endpoint'];
      const good = { issuer, ...Object.fromEntries(ends.map((end) => [end, `${issuer}/${end}`])) };
      const asked: string[] = [];
      const serving = (document: object) =>
        Object.assign(new ProviderHttp(), {
          fetch: async (url: string) => {
            asked.push(url);
            return Response.json(url.endsWith(DOCUMENT) ? document : { keys: [] });
          },
        });
      const bad = open({ issuer }, serving({ ...good, [endpoint]: `http://id.example.com/${endpoint}` }));
      expect(await bad.identify('test', { idToken: await idToken() })).toEqual(UNREACHABLE);
      expect(asked).toEqual([issuer + DOCUMENT]);
      const sound = open({ issuer }, serving(good));
      expect(await sound.identify('test', { idToken: await idToken() })).toMatchObject({ reason: 'wrong' });
    },
  );
});

describe('a provider that is out of order', () => {
  it.each([
    ['/token', 'authorizationCode', async () => server.authorize('anna')],
    ['/jwks', 'authorizationCode', async () => server.authorize('anna')],
    ['/me', 'authorizationCode', async () => server.authorize('anna')],
    ['/jwks', 'idToken', idToken],
    ['/token/introspection', 'accessToken', async () => (await server.tokens('anna')).access_token],
    ['/me', 'accessToken', async () => (await server.tokens('anna')).access_token],
  ])('at %s says nothing about %s', async (path, kind, proof) => {
    for (const status of [500, 302, 429]) {
      const secret = await proof();
      server.answer(path, {}, status);
      expect(await open().identify('test', { [kind]: secret })).toEqual(UNREACHABLE);
      server.instead.clear();
    }
    expect(await open().identify('test', { [kind]: await proof() })).toMatchObject({ ok: true });
  });

  it.each([['no JSON'], [{ keys: 'none' }]])(
    'with the keys %j says nothing about an ID token',
    async (keys) => {
      server.answer('/jwks', keys);
      expect(await open().identify('test', { idToken: await idToken() })).toEqual(UNREACHABLE);
    },
  );

  it('is not waited for, nor one that is not there', async () => {
    server.instead.set(DOCUMENT, () => undefined);
    const hasty = open({}, new ProviderHttp(50));
    expect(await hasty.identify('test', { idToken: await idToken() })).toEqual(UNREACHABLE);
    const gone = open({ issuer: await closedPort() });
    expect(await gone.identify('test', { idToken: await idToken() })).toEqual(UNREACHABLE);
    expect(warnings).toEqual([
      expect.stringContaining('TimeoutError'),
      expect.stringContaining('ECONNREFUSED'),
    ]);
  });
});

describe('the log', () => {
  it('names the provider and what went wrong, and no proof or secret', async () => {
    const refusals = jest.spyOn(Logger.prototype, 'log').mockReturnValue();
    const proofs = [await idToken(), 'made-up-code', 'made-up-token'];
    const [, authorizationCode, accessToken] = proofs;
    await open({ clientSecret: 'guessed' }).identify('TEST', { authorizationCode });
    await open().identify('TEST', { idToken: (proofs[0] = `${proofs[0]}x`) });
    await open().identify('TEST', { accessToken });
    server.answer('/token', {}, 500);
    await open().identify('TEST', { authorizationCode });
    expect(refusals.mock.calls.flat()).toEqual([
      expect.stringMatching(/ test refused: .*invalid_client/),
      expect.stringMatching(/ test refused: JWSSignatureVerificationFailed ERR_/),
      expect.stringMatching(/ test refused: .*not active/),
    ]);
    expect(warnings).toEqual([expect.stringMatching(/ test out of reach: .*HTTP 500/)]);
    const said = JSON.stringify([refusals.mock.calls, warnings]);
    for (const secret of [...proofs, 'guessed', OUR_CLIENT.secret, 'anna'])
      expect(said).not.toContain(secret);
  });
});

async function closedPort(): Promise<string> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as { port: number };
  listener.close();
  await once(listener, 'close');
  return `http://127.0.0.1:${port}`;
}
