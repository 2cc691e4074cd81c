import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  type KeyObject,
} from 'node:crypto';
import { sql } from '@app/database';
import { KeyRing } from '@app/kernel';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { CLAIMS, ISSUER, partOf, SERVER_KEY, TokensReplica, verifiesWith } from './tokens-replica.js';

const EXAMPLE_OF_RFC_7515 = {
  jwk: {
    kty: 'EC',
    crv: 'P-256',
    x: 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU',
    y: 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0',
  },
  jws:
    'eyJhbGciOiJFUzI1NiJ9' +
    '.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ' +
    '.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q',
};

const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
const now = () => clock.now().getTime() / 1000;

let clock: TestClock;
let testDatabase: TestDatabase;
let replica: TokensReplica;
let kid: string;
/** The real signing key, as only a thief of both the table and the server's keys has it. */
let stolen: KeyObject;

beforeAll(async () => {
  clock = new TestClock();
  testDatabase = await createTestDatabase();
  replica = await TokensReplica.start(testDatabase.url, clock);
  await replica.sign();
  const row = await replica.database.row<{ kid: string; sealed: string }>(
    sql`SELECT kid, private_key_sealed AS sealed FROM signing_keys`,
  );
  kid = row?.kid ?? '';
  stolen = createPrivateKey(KeyRing.parse(SERVER_KEY).unseal('signing_key', kid, row?.sealed ?? ''));
});
afterAll(async () => {
  await replica.stop();
  await testDatabase.drop();
});

const goodHeader = () => ({ alg: 'ES256', typ: 'JWT', kid });
const goodClaims = () => ({ ...CLAIMS, iss: ISSUER, aud: ISSUER, jti: 'j', iat: now(), exp: now() + 900 });

/** A token of any content under a genuine signature, or that of another key. */
function forge(header: object, claims: unknown, key: KeyObject = stolen): string {
  const input = `${encode(header)}.${encode(claims as object)}`;
  const signature = sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' });
  return `${input}.${signature.toString('base64url')}`;
}

describe('an access token', () => {
  it('says who, in which session, with what rights and proofs, from whom, for whom and how long', async () => {
    const token = await replica.sign({ active2fa: 1768478400 });
    expect(partOf(token, 0)).toEqual({ alg: 'ES256', typ: 'JWT', kid });
    expect(partOf(token, 1)).toEqual({
      ...CLAIMS,
      active2fa: 1768478400,
      iss: ISSUER,
      aud: ISSUER,
      iat: now(),
      exp: now() + 900,
      jti: expect.stringMatching(/^[\w-]{22}$/) as string,
    });
    expect(await replica.verify(token)).toEqual(partOf(token, 1));
  });

  it('is never the same twice', async () => {
    const tokens = await Promise.all(Array.from({ length: 50 }, () => replica.sign()));
    expect(new Set(tokens.map((token) => partOf(token, 1)['jti'])).size).toBe(50);
  });

  it('can be checked by others with the published key and RFC 7515 alone', async () => {
    expect(verifiesWith(EXAMPLE_OF_RFC_7515.jwk, EXAMPLE_OF_RFC_7515.jws)).toBe(true);
    const [jwk] = await replica.keys.published(clock.now());
    const tokens = await Promise.all(Array.from({ length: 50 }, () => replica.sign()));
    expect(tokens.every((token) => verifiesWith(jwk as object, token))).toBe(true);
    expect(verifiesWith(EXAMPLE_OF_RFC_7515.jwk, tokens[0] ?? '')).toBe(false);
  });

  it('cannot be made to say who issues it, for whom or when', async () => {
    const token = await replica.sign({ iss: 'x', aud: 'x', iat: 1, exp: 9e9, jti: 'x' });
    expect(await replica.verify(token)).toMatchObject({
      iss: ISSUER,
      aud: ISSUER,
      iat: now(),
      exp: now() + 900,
    });
    expect(partOf(token, 1)['jti']).not.toBe('x');
  });

  it('is for the configured audience and lives as long as is configured', async () => {
    const other = await TokensReplica.start(testDatabase.url, clock, {
      ACCESS_TOKEN_AUDIENCE: 'https://api.example.com',
      ACCESS_TOKEN_SECONDS: '60',
    });
    const token = await other.sign();
    expect(partOf(token, 1)).toMatchObject({ iss: ISSUER, aud: 'https://api.example.com', exp: now() + 60 });
    expect(await other.accepts(token)).toBe(true);
    await other.stop();
  });

  it('lives an hour at most', async () => {
    expect(partOf(await replica.sign({}, 3600), 1)['exp']).toBe(now() + 3600);
    for (const seconds of [3601, 0, -1, 0.5, NaN])
      await expect(replica.sign({}, seconds)).rejects.toThrow(RangeError);
  });

  it('ends on the second and not a moment earlier', async () => {
    const token = await replica.sign();
    clock.advanceSeconds(899.999);
    expect(await replica.accepts(token)).toBe(true);
    clock.advanceSeconds(0.001);
    expect(await replica.accepts(token)).toBe(false);
    clock.advanceSeconds(1);
    expect(await replica.accepts(token)).toBe(false);
  });

  it('costs no round trip to check or to sign', async () => {
    const token = await replica.sign();
    const rows = jest.spyOn(replica.database, 'rows');
    for (let i = 0; i < 100; i += 1) expect(await replica.accepts(token)).toBe(true);
    await replica.sign();
    expect(rows).not.toHaveBeenCalled();
    rows.mockRestore();
  });
});

describe('a forged access token', () => {
  it('is refused for its flaw alone: without one, the same forgery passes', async () => {
    expect(await replica.accepts(forge(goodHeader(), goodClaims()))).toBe(true);
  });

  it.each<[string, () => string]>([
    [
      'names no algorithm (alg none)',
      () => `${encode({ ...goodHeader(), alg: 'none' })}.${encode(goodClaims())}.`,
    ],
    ['has no signature', () => `${encode(goodHeader())}.${encode(goodClaims())}.`],
    ['is signed with the public key as an HMAC secret', () => hmacWithPublicKey('pem')],
    ['is signed with the bytes of the public key as an HMAC secret', () => hmacWithPublicKey('der')],
    ['names another ECDSA algorithm', () => forge({ ...goodHeader(), alg: 'ES384' }, goodClaims())],
    ['names an algorithm that is a list', () => forge({ ...goodHeader(), alg: ['ES256'] }, goodClaims())],
    ['names no key', () => forge({ alg: 'ES256', typ: 'JWT' }, goodClaims())],
    ['names an unknown key', () => forge({ ...goodHeader(), kid: 'A'.repeat(43) }, goodClaims())],
    [
      'names a property of objects as its key',
      () => forge({ ...goodHeader(), kid: '__proto__' }, goodClaims()),
    ],
    ['names our key but is signed by another', () => forge(goodHeader(), goodClaims(), foreign.privateKey)],
    [
      'brings its own key',
      () =>
        forge(
          { ...goodHeader(), jwk: foreign.publicKey.export({ format: 'jwk' }) },
          goodClaims(),
          foreign.privateKey,
        ),
    ],
    [
      'has a header that must be understood (crit)',
      () => forge({ ...goodHeader(), crit: ['exp'] }, goodClaims()),
    ],
    ['is of another type', () => forge({ ...goodHeader(), typ: 'dpop+jwt' }, goodClaims())],
    ['is of no type', () => forge({ alg: 'ES256', kid }, goodClaims())],
    [
      'comes from another issuer',
      () => forge(goodHeader(), { ...goodClaims(), iss: 'https://evil.example.com' }),
    ],
    [
      'comes from an issuer with our beginning',
      () => forge(goodHeader(), { ...goodClaims(), iss: `${ISSUER}/` }),
    ],
    [
      'is for another audience',
      () => forge(goodHeader(), { ...goodClaims(), aud: 'https://other.example.com' }),
    ],
    ['is for no audience', () => forge(goodHeader(), { ...goodClaims(), aud: undefined })],
    [
      'is for several audiences',
      () => forge(goodHeader(), { ...goodClaims(), aud: [ISSUER, 'https://other.example.com'] }),
    ],
    ['expired a second ago', () => forge(goodHeader(), { ...goodClaims(), exp: now() - 1 })],
    ['never expires', () => forge(goodHeader(), { ...goodClaims(), exp: undefined })],
    ['expires on a text', () => forge(goodHeader(), { ...goodClaims(), exp: '9999999999' })],
    ['was issued in the future', () => forge(goodHeader(), { ...goodClaims(), iat: now() + 31 })],
    ['is not valid yet', () => forge(goodHeader(), { ...goodClaims(), nbf: now() + 1 })],
    ['names nobody', () => forge(goodHeader(), { ...goodClaims(), sub: undefined })],
    ['names no session', () => forge(goodHeader(), { ...goodClaims(), sid: undefined })],
    ['has a text for scopes', () => forge(goodHeader(), { ...goodClaims(), scopes: 'account:write' })],
    ['has a list for claims', () => forge(goodHeader(), [goodClaims()])],
    ['has nothing for claims', () => forge(goodHeader(), null)],
  ])('is refused when it %s', async (_flaw, token) => {
    expect(await replica.verify(token())).toBeUndefined();
  });

  it('is refused when one of its characters was changed, or its end is missing', async () => {
    const token = await replica.sign();
    // The last character has bits that mean nothing.
    for (let at = 0; at < token.length - 1; at += 1) {
      const changed = token[at] === 'A' ? 'B' : 'A';
      expect(await replica.accepts(token.slice(0, at) + changed + token.slice(at + 1))).toBe(false);
    }
    for (const cut of [1, 2, 10, 86, 87, 200, token.length])
      expect(await replica.accepts(token.slice(0, -cut))).toBe(false);
  });

  it('is refused when its claims are those of another token', async () => {
    const [one, two] = [
      (await replica.sign()).split('.'),
      (await replica.sign({ sub: 'another' })).split('.'),
    ];
    expect(await replica.accepts(`${one[0]}.${two[1]}.${one[2]}`)).toBe(false);
  });

  it('is refused unread when it is longer than 8 KiB, genuine or not', async () => {
    const genuine = await replica.sign({ padding: 'x'.repeat(8192) });
    const parse = jest.spyOn(JSON, 'parse');
    expect(await replica.accepts(genuine)).toBe(false);
    expect(parse).not.toHaveBeenCalled();
    parse.mockRestore();
    expect(await replica.accepts(await replica.sign({ padding: 'x'.repeat(5000) }))).toBe(true);
  });

  it.each([
    ['an empty text', ''],
    ['dots', '..'],
    ['no token', 'Bearer x'],
    ['an opaque token', 'a'.repeat(43)],
    ['five parts', 'a.b.c.d.e'],
    ['a header that is no JSON', 'AAAA.e30.AAAA'],
    ['a header that is null', `${Buffer.from('null').toString('base64url')}.e30.AAAA`],
    ['NUL and half a character', '\0\ud800.\0.\0'],
  ])('is refused and not an error when it is %s', async (_what, token) => {
    expect(await replica.verify(token)).toBeUndefined();
  });

  it('of 30 seconds from now passes: the clock of the replica that signed it may be ahead', async () => {
    expect(await replica.accepts(forge(goodHeader(), { ...goodClaims(), iat: now() + 30 }))).toBe(true);
  });
});

const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' });

function hmacWithPublicKey(format: 'pem' | 'der'): string {
  const input = `${encode({ ...goodHeader(), alg: 'HS256' })}.${encode(goodClaims())}`;
  const secret = createPublicKey(stolen).export({ type: 'spki', format: format as 'der' });
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`;
}
