import { createHmac, createPublicKey, generateKeyPairSync, type JsonWebKey, sign } from 'node:crypto';
import { type AttackCase } from './case.js';
import { FOREIGN } from './protocols.js';
import { jsonOf, type Target } from './target.js';

type Claims = Record<string, unknown>;
type Forged = [what: string, token: string];

const base64url = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const readPart = (part = '') => JSON.parse(Buffer.from(part, 'base64url').toString()) as Claims;

/** A good token, taken apart; and the keys that are published for it. */
async function material(target: Target) {
  const { token } = await target.person();
  const [head, body, signature = ''] = token.split('.');
  const keys = (jsonOf(await target.ask('/.well-known/jwks.json'))['keys'] ?? []) as (JsonWebKey & Claims)[];
  return { token, header: readPart(head), claims: readPart(body), signature, keys };
}

/** Which of them open an account, as the good one does. */
async function accepted(
  target: Target,
  forge: (of: Awaited<ReturnType<typeof material>>) => Forged[],
): Promise<string[]> {
  const of = await material(target);
  const statusOf = async (token: string) =>
    (await target.ask('/account', { headers: { Authorization: `Bearer ${token}` } })).status;
  if ((await statusOf(of.token)) !== 200) return ['a good token is refused'];
  const seen: string[] = [];
  for (const [what, token] of forge(of)) {
    const status = await statusOf(token);
    if (status < 400 || status >= 500) seen.push(`${what}: ${status}`);
  }
  return seen;
}

const tampered = (target: Target) =>
  accepted(target, ({ header, claims, signature }) => [
    [
      'another subject under the old signature',
      join(header, { ...claims, sub: crypto.randomUUID() }, signature),
    ],
    ['a longer life under the old signature', join(header, { ...claims, exp: 9_999_999_999 }, signature)],
    ['no signature', join(header, claims, '')],
    ['a signature of zeros', join(header, claims, Buffer.alloc(64).toString('base64url'))],
  ]);

const unsigned = (target: Target) =>
  accepted(target, ({ header, claims, signature }) =>
    ['none', 'None', 'NONE', 'nOnE', ''].flatMap((alg): Forged[] => [
      [`alg ${alg} without a signature`, join({ ...header, alg }, claims, '')],
      [`alg ${alg} with the old signature`, join({ ...header, alg }, claims, signature)],
    ]),
  );

/** What is published is no secret: as the key of an HMAC it would let anybody sign. */
const confused = (target: Target) =>
  accepted(target, ({ header, claims, keys }) =>
    keys.flatMap((key) => {
      const pem = createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'pem' });
      return [String(pem), String(pem).trim(), JSON.stringify(key), String(key['x'])].map(
        (secret): Forged => {
          const text = `${base64url({ ...header, alg: 'HS256', kid: key['kid'] })}.${base64url(claims)}`;
          return [
            'HS256 under a published key',
            `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`,
          ];
        },
      );
    }),
  );

/** Signed with a key of the stranger's, which the token itself brings along. */
const brought = (target: Target) =>
  accepted(target, ({ header, claims }) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwk = publicKey.export({ format: 'jwk' });
    const ways: Claims[] = [
      { jwk },
      { jku: `${FOREIGN}/jwks.json` },
      { x5u: `${FOREIGN}/cert.pem` },
      { kid: '../../../dev/null' },
      { kid: "' OR 1=1 --" },
      { kid: undefined, jwk },
    ];
    return ways.map((more): Forged => {
      const text = `${base64url({ ...header, ...more })}.${base64url(claims)}`;
      const signature = sign('sha256', Buffer.from(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
      return [
        `a key that the token names: ${Object.keys(more).join(', ')}`,
        `${text}.${signature.toString('base64url')}`,
      ];
    });
  });

async function privateParts(target: Target): Promise<string[]> {
  const { keys } = await material(target);
  if (keys.length === 0) return ['no key is published'];
  return keys.flatMap((key) => {
    const secret = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].filter((name) => name in key);
    if (key['kty'] === 'oct') secret.push('kty oct');
    return secret.length ? [`key ${String(key['kid'])} has ${secret.join(', ')}`] : [];
  });
}

async function otherKind(target: Target): Promise<string[]> {
  const { refreshToken } = await target.person();
  const { status } = await target.ask('/account', { headers: { Authorization: `Bearer ${refreshToken}` } });
  return status === 401 ? [] : [`a refresh token for an access token: ${status}`];
}

async function inUrl(target: Target): Promise<string[]> {
  const { token } = await target.person();
  const seen: string[] = [];
  for (const name of ['access_token', 'token', 'authorization', 'Authorization']) {
    const { status } = await target.ask(`/account?${name}=${token}`);
    if (status !== 401) seen.push(`GET /account?${name}=…: ${status}`);
  }
  const { headers } = await target.ask(`/session?__dev_session__=${'x'.repeat(43)}`);
  if ('x-development-session' in headers) seen.push('a session travels in the URL: WACHT_STAGING is on');
  return seen;
}

function join(header: Claims, claims: Claims, signature: string): string {
  return `${base64url(header)}.${base64url(claims)}.${signature}`;
}

export const tokenCases: AttackCase[] = [
  { asvs: '9.1.1', name: 'a token that was changed is none', run: tampered },
  { asvs: '9.1.2', name: 'a token without a signature is none', run: unsigned },
  { asvs: '9.1.2', name: 'a published key signs nothing', run: confused },
  { asvs: '9.1.3', name: 'a token does not bring its own key', run: brought },
  { asvs: '9.2.2', name: 'a token of another kind opens nothing', run: otherKind },
  { asvs: '13.3.1', name: 'the published keys are public parts alone', run: privateParts },
  { asvs: '14.2.1', name: 'a token in a URL is none', run: inUrl },
];
