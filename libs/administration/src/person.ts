import { CREDENTIAL_KINDS, SECOND_FACTORS } from '@app/accounts';
import { isId, isPlainText } from '@app/kernel';
import { z } from 'zod';
import { maybe } from './maybe.js';

const LONGEST_NAME = 256;
const LONGEST_KEY = 8192;

const text = (most: number) =>
  z.string().min(1).max(most).refine(isPlainText, 'has a character that no text can have');
/** ISO 8601 with its offset, as `Date.toISOString` writes it. */
const instant = z.iso
  .datetime({ offset: true })
  .refine((at) => Date.parse(at) >= 0, 'has to be an instant after 1970');
/** Of 63 bits, as `account show --json` has it: text, because JavaScript's numbers end at 53. */
const number63 = z
  .string()
  .refine((text) => /^[1-9]\d{0,18}$/.test(text) && isId(text), 'has to be a number of 63 bits');
/** In the one form in which two are compared. */
const uuid = z.uuid().transform((text) => text.toLowerCase());

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
    usedAt: maybe(instant),
  })
  .refine(({ code, hash }) => (code === undefined) !== (hash === undefined), 'has to have a code or a hash')
  .refine(({ code, sealed }) => code === undefined || sealed === undefined, 'a code has nothing sealed');

/** A public key: of a passkey (`Fido2`, base64url of its COSE key), of a client or of a recovery (PEM). */
const credential = z.strictObject({
  uuid: uuid.optional(),
  kind: z.enum(CREDENTIAL_KINDS),
  credentialId: text(1400),
  name: text(LONGEST_NAME).optional(),
  publicKey: text(LONGEST_KEY),
  /** Of an authenticator that counts, its last count. */
  signCount: z.int().min(0).max(0xffff_ffff).optional(),
  transports: z.array(text(32)).max(16).optional(),
  encryptedPrivateKey: maybe(text(LONGEST_KEY)),
  createdAt: instant.optional(),
  /** Of one that its owner has put out of use, and may take back. */
  deactivatedAt: maybe(instant),
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
  id: maybe(number63),
  uuid: maybe(uuid),
  /** By which the system that people come from knows them. It, or else the UUID, says who is here already. */
  externalId: maybe(text(LONGEST_NAME)),

  username: maybe(text(LONGEST_NAME)),
  email: maybe(text(LONGEST_NAME)),
  /** Whether its owner has proven the mailbox; has to be there where an address is. */
  emailVerified: maybe(z.boolean()),
  /** With its country code. */
  phone: maybe(text(64)),
  /** Whether its owner has proven the phone, and may sign in with it. */
  phoneVerified: maybe(z.boolean()),
  firstName: maybe(text(LONGEST_NAME)),
  lastName: maybe(text(LONGEST_NAME)),

  /** In one of the forms of docs/operations/import.md, or the two verifiers of our own with a blank between them. */
  passwordHash: maybe(text(1024)),
  passwordChangedAt: maybe(instant),
  /** What a sign-in asks for behind the password. */
  secondFactor: maybe(z.enum(SECOND_FACTORS)),
  /** `otpauth://totp/…`, as an authenticator app reads it. */
  authenticator: maybe(text(2048)),
  /** The last time step whose code was taken (RFC 6238). */
  authenticatorStep: maybe(z.int().min(0)),
  backupCodes: maybe(z.array(backupCode).max(100)),
  credentials: maybe(z.array(credential).max(100)),
  identities: maybe(z.array(identity).max(20)),

  orgId: maybe(text(LONGEST_NAME)),
  tenantId: maybe(text(LONGEST_NAME)),
  /** BCP 47. */
  language: maybe(text(64)),

  createdAt: maybe(instant),
  /** Of an account that an operator made for somebody to come. */
  invitedAt: maybe(instant),
  activatedAt: maybe(instant),
  /** Shut since then. */
  disabledAt: maybe(instant),
});

/** As it is written. */
export type Person = z.input<typeof Person>;
/** As it was read: what is not there is undefined. */
export type ReadPerson = z.output<typeof Person>;
