import { CREDENTIAL_KINDS, SECOND_FACTORS } from '@app/accounts';
import { z } from 'zod';

const LONGEST_NAME = 256;
const LONGEST_KEY = 8192;

const text = (most: number) => z.string().min(1).max(most);
/** ISO 8601 with its offset, as `Date.toISOString` writes it. */
const instant = z.iso.datetime({ offset: true });
/** Of 63 bits, as `account show --json` has it: text, because JavaScript's numbers end at 53. */
const number63 = z
  .string()
  .regex(/^[1-9]\d{0,18}$/)
  .refine((value) => BigInt(value) < 1n << 63n);

/** A code of the owner's, good once. As a person has it on paper (`code`), or as it rests under the key ring, bound to the account's `id` (`hash`, and `sealed` where the owner may read it again). */
const backupCode = z
  .strictObject({
    code: text(64).optional(),
    hash: z
      .string()
      .regex(/^[\w-]{43}$/)
      .optional(),
    sealed: text(512).optional(),
    createdAt: instant.optional(),
    usedAt: instant.nullish(),
  })
  .refine(({ code, hash }) => (code === undefined) !== (hash === undefined), 'has to have a code or a hash')
  .refine(({ code, sealed }) => code === undefined || sealed === undefined, 'a code has nothing sealed');

/** A public key: of a passkey (`Fido2`, base64url of its COSE key), of a client or of a recovery (PEM). */
const credential = z.strictObject({
  uuid: z.uuid().optional(),
  kind: z.enum(CREDENTIAL_KINDS),
  credentialId: text(1400),
  name: text(LONGEST_NAME).optional(),
  publicKey: text(LONGEST_KEY),
  /** Of an authenticator that counts, its last count. */
  signCount: z.int().min(0).max(0xffff_ffff).optional(),
  transports: z.array(text(32)).max(16).optional(),
  encryptedPrivateKey: text(LONGEST_KEY).nullish(),
  createdAt: instant.optional(),
  /** Of one that its owner has put out of use, and may take back. */
  deactivatedAt: instant.nullish(),
});

/** Whom an identity provider means: `issuer` and `sub` of OpenID Connect. */
const identity = z.strictObject({
  provider: text(64),
  issuer: text(2048),
  subject: text(255),
  linkedAt: instant.optional(),
});

/**
 * A person as one line of NDJSON: what `account import` reads, `account export` writes and a migration hook answers. Names as in
 * `account show --json`; null is as good as absent. A field that is not here is refused, so that nothing is lost for a slip of the pen.
 * docs/operations/import.md has the rules beyond the shape.
 */
export const Person = z.strictObject({
  /** The account's number and UUID, kept where they are given. */
  id: number63.nullish(),
  uuid: z.uuid().nullish(),
  /** By which the system that people come from knows them. It, or else the UUID, says who is here already. */
  externalId: text(LONGEST_NAME).nullish(),

  username: text(LONGEST_NAME).nullish(),
  email: text(LONGEST_NAME).nullish(),
  /** Whether its owner has proven the mailbox; has to be there where an address is. */
  emailVerified: z.boolean().nullish(),
  /** With its country code. */
  phone: text(64).nullish(),
  /** Whether its owner has proven the phone, and may sign in with it. */
  phoneVerified: z.boolean().nullish(),
  firstName: text(LONGEST_NAME).nullish(),
  lastName: text(LONGEST_NAME).nullish(),

  /** In one of the forms of docs/operations/import.md, or the two verifiers of our own with a blank between them. */
  passwordHash: text(1024).nullish(),
  passwordChangedAt: instant.nullish(),
  /** What a sign-in asks for behind the password. */
  secondFactor: z.enum(SECOND_FACTORS).nullish(),
  /** `otpauth://totp/…`, as an authenticator app reads it. */
  authenticator: text(2048).nullish(),
  /** The last time step whose code was taken (RFC 6238). */
  authenticatorStep: z.int().min(0).nullish(),
  backupCodes: z.array(backupCode).max(100).nullish(),
  credentials: z.array(credential).max(100).nullish(),
  identities: z.array(identity).max(20).nullish(),

  orgId: text(LONGEST_NAME).nullish(),
  tenantId: text(LONGEST_NAME).nullish(),
  /** BCP 47. */
  language: text(64).nullish(),

  createdAt: instant.nullish(),
  /** Of an account that an operator made for somebody to come. */
  invitedAt: instant.nullish(),
  activatedAt: instant.nullish(),
  /** Shut since then. */
  disabledAt: instant.nullish(),
});

export type Person = z.infer<typeof Person>;
