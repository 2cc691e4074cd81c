import { ScureBase32Plugin } from 'otplib';
import { z } from 'zod';
import { maybe } from '../../maybe.js';
import { identityOf, instantOf, phc, shapedAs, totpUri, type Format } from './format.js';
import { PersonRefused } from '../person-refused.js';

const credential = z.looseObject({
  type: z.string(),
  userLabel: maybe(z.string()),
  createdDate: maybe(z.number()),
  secretData: maybe(z.string()),
  credentialData: maybe(z.string()),
});
type Credential = z.infer<typeof credential>;

const user = z.looseObject({
  id: z.string(),
  username: maybe(z.string()),
  email: maybe(z.string()),
  emailVerified: maybe(z.boolean()),
  enabled: maybe(z.boolean()),
  createdTimestamp: maybe(z.number()),
  firstName: maybe(z.string()),
  lastName: maybe(z.string()),
  attributes: maybe(z.record(z.string(), z.array(z.string()))),
  credentials: maybe(z.array(credential)),
  federatedIdentities: maybe(z.array(z.looseObject({ identityProvider: z.string(), userId: z.string() }))),
});

const secret = z.looseObject({ value: z.string(), salt: maybe(z.string()) });
const passwordData = z.looseObject({
  hashIterations: z.number(),
  algorithm: z.string(),
  additionalParameters: maybe(z.record(z.string(), z.array(z.string()))),
});
const otpData = z.looseObject({
  subType: z.string(),
  digits: z.number(),
  period: maybe(z.number()),
  algorithm: z.string(),
  secretEncoding: maybe(z.string()),
});
const passkeyData = z.looseObject({
  credentialId: z.string(),
  counter: z.number(),
  credentialPublicKey: z.string(),
  transports: maybe(z.array(z.string())),
});

/** A realm as `kc.sh export` and the console's partial export write it: `users` of the document. */
export const keycloak: Format = {
  isDocument: true,
  person(value, context) {
    const given = shapedAs(user, value);
    const credentials = given.credentials ?? [];
    const of = (...types: string[]) => credentials.filter(({ type }) => types.includes(type));
    const [password] = of('password');
    const [otp] = of('otp');
    const createdAt = instantOf(given.createdTimestamp);
    // A user name that is the address is the way in which it is one here as well.
    const username = given.username === given.email ? undefined : given.username;
    return {
      externalId: given.id,
      username,
      email: given.email,
      emailVerified: given.email === undefined ? undefined : given.emailVerified === true,
      firstName: given.firstName || undefined,
      lastName: given.lastName || undefined,
      language: given.attributes?.['locale']?.[0],
      passwordHash: password && passwordHash(password),
      ...(otp && { secondFactor: 'totp', authenticator: authenticator(otp) }),
      credentials: of('webauthn', 'webauthn-passwordless').map(passkey),
      identities: given.federatedIdentities?.flatMap(({ identityProvider, userId }) =>
        identityOf(identityProvider, userId, context),
      ),
      createdAt,
      disabledAt: given.enabled === false ? (createdAt ?? new Date(0).toISOString()) : undefined,
    };
  },
};

function dataOf<T>(schema: z.ZodType<T>, text: string | undefined): T {
  let data: unknown;
  try {
    data = JSON.parse(text ?? '');
  } catch {
    throw new PersonRefused('credentials: the data of one of them is not JSON');
  }
  return shapedAs(schema, data);
}

/** By its names for them; the first had no digest in it. */
const PBKDF2: Record<string, string> = {
  pbkdf2: 'sha1',
  'pbkdf2-sha256': 'sha256',
  'pbkdf2-sha512': 'sha512',
};

function passwordHash({ secretData, credentialData }: Credential): string {
  const { value, salt } = dataOf(secret, secretData);
  const { hashIterations, algorithm, additionalParameters } = dataOf(passwordData, credentialData);
  if (algorithm === 'argon2') {
    const of = (name: string) => additionalParameters?.[name]?.[0] ?? '';
    const cost = `m=${of('memory')},t=${hashIterations},p=${of('parallelism')}`;
    return `$argon2${of('type')}$v=${of('version') === '1.0' ? 16 : 19}$${cost}$${phc(salt ?? '')}$${phc(value)}`;
  }
  const digest = PBKDF2[algorithm];
  if (digest === undefined)
    throw new PersonRefused('credentials: its password is hashed in a way that is not known here');
  return `$pbkdf2-${digest}$i=${hashIterations}$${salt ?? ''}$${value}`;
}

function authenticator({ secretData, credentialData }: Credential): string {
  const { value } = dataOf(secret, secretData);
  const { subType, digits, period, algorithm, secretEncoding } = dataOf(otpData, credentialData);
  if (subType !== 'totp' || digits !== 6 || (period ?? 30) !== 30 || algorithm !== 'HmacSHA1')
    throw new PersonRefused('authenticator: it has to be one of SHA-1, six digits and 30 seconds');
  return totpUri(secretEncoding === 'BASE32' ? value : new ScureBase32Plugin().encode(Buffer.from(value)));
}

function passkey({ credentialData, userLabel, createdDate }: Credential) {
  const { credentialId, counter, credentialPublicKey, transports } = dataOf(passkeyData, credentialData);
  const url = (base64: string) => Buffer.from(base64, 'base64').toString('base64url');
  return {
    kind: 'Fido2',
    credentialId: url(credentialId),
    publicKey: url(credentialPublicKey),
    signCount: counter,
    transports: transports ?? [],
    name: userLabel || undefined,
    createdAt: instantOf(createdDate),
  };
}
