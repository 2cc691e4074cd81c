import { z } from 'zod';
import { maybe } from '../../maybe.js';
import { identityOf, instantOf, phc, shapedAs, type Format } from './format.js';

const address = z.looseObject({ value: z.string(), via: z.string(), verified: maybe(z.boolean()) });
/** Bytes are base64, as Go writes them. */
const passkey = z.looseObject({
  id: z.string(),
  public_key: z.string(),
  display_name: maybe(z.string()),
  added_at: maybe(z.string()),
  authenticator: maybe(z.looseObject({ sign_count: maybe(z.number()) })),
});

const config = z.looseObject({
  hashed_password: maybe(z.string()),
  totp_url: maybe(z.string()),
  recovery_codes: maybe(z.array(z.looseObject({ code: z.string(), used_at: maybe(z.string()) }))),
  providers: maybe(z.array(z.looseObject({ provider: z.string(), subject: z.string() }))),
  credentials: maybe(z.array(passkey)),
});
type Config = z.output<typeof config>;
const credential = z.looseObject({ config: maybe(config) });

const identity = z.looseObject({
  id: z.string(),
  state: maybe(z.string()),
  state_changed_at: maybe(z.string()),
  traits: z.looseObject({
    email: maybe(z.string()),
    username: maybe(z.string()),
    phone: maybe(z.string()),
  }),
  verifiable_addresses: maybe(z.array(address)),
  credentials: maybe(z.record(z.string(), credential)),
  organization_id: maybe(z.string()),
  created_at: maybe(z.string()),
});

/** Identities with their credentials, as the administrative API answers them: a list, or one on each line. */
export const kratos: Format = {
  isDocument: false,
  person(value, context) {
    const given = shapedAs(identity, value);
    const { email, username, phone } = given.traits;
    const configOf = (type: string): Partial<Config> => given.credentials?.[type]?.config ?? {};
    const isVerified = (via: string) =>
      (given.verifiable_addresses ?? []).some((each) => each.via === via && each.verified === true);
    const totp = configOf('totp').totp_url;
    return {
      externalId: given.id,
      username,
      email,
      emailVerified: email === undefined ? undefined : isVerified('email'),
      phone,
      phoneVerified: phone === undefined ? undefined : isVerified('sms'),
      orgId: given.organization_id || undefined,
      passwordHash: hashOf(configOf('password').hashed_password),
      ...(totp && { secondFactor: 'totp', authenticator: totp }),
      // They are good behind a second factor alone.
      backupCodes: totp
        ? configOf('lookup_secret').recovery_codes?.map(({ code, used_at }) => ({
            code,
            usedAt: instantOf(used_at?.startsWith('0001') ? undefined : used_at),
          }))
        : undefined,
      identities: configOf('oidc').providers?.flatMap(({ provider, subject }) =>
        identityOf(provider, subject, context),
      ),
      credentials: [configOf('webauthn'), configOf('passkey')].flatMap(({ credentials }) =>
        (credentials ?? []).map(passkeyOf),
      ),
      createdAt: instantOf(given.created_at),
      disabledAt:
        given.state === 'inactive'
          ? (instantOf(given.state_changed_at) ?? new Date(0).toISOString())
          : undefined,
    };
  },
};

function passkeyOf({ id, public_key, display_name, added_at, authenticator }: z.infer<typeof passkey>) {
  const url = (base64: string) => Buffer.from(base64, 'base64').toString('base64url');
  return {
    kind: 'Fido2',
    credentialId: url(id),
    publicKey: url(public_key),
    signCount: authenticator?.sign_count ?? 0,
    name: display_name || undefined,
    createdAt: instantOf(added_at),
  };
}

const SCRYPT = /^\$scrypt\$ln=(\d+),r=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/;
const FIREBASE = /^\$firescrypt\$ln=(\d+),r=(\d+),p=\d+\$([^$]*)\$([^$]+)\$([^$]*)\$([^$]+)$/;
const PBKDF2 = /^\$pbkdf2-(sha\d+)\$i=(\d+),l=\d+\$([^$]+)\$([^$]+)$/;

/** Its forms where they are other ones than ours: its `ln` is the number itself and not its logarithm. */
function hashOf(hash: string | undefined): string | undefined {
  if (!hash) return undefined;
  const [, n, r, p, salt = '', derived = ''] = SCRYPT.exec(hash) ?? [];
  if (n !== undefined) return `$scrypt$ln=${Math.log2(Number(n))},r=${r},p=${p}$${phc(salt)}$${phc(derived)}`;
  const [, ln, rounds, fireSalt, fireHash, separator, key] = FIREBASE.exec(hash) ?? [];
  if (ln !== undefined)
    return `$firebase-scrypt$ln=${ln},r=${rounds}$${fireSalt}$${separator}$${key}$${fireHash}`;
  const [, digest, iterations, pbkdf2Salt, pbkdf2Hash] = PBKDF2.exec(hash) ?? [];
  if (digest !== undefined) return `$pbkdf2-${digest}$i=${iterations}$${pbkdf2Salt}$${pbkdf2Hash}`;
  return hash;
}
