import type { IdentityProviderConfig } from '@app/config';
import { isFaithful, isPlainText, storedEmail } from '@app/kernel';
import { ProofError } from './proof-error.js';

/** A person as a provider knows them: `issuer` and `subject` name them for good, an address may change hands. */
export interface ExternalIdentity {
  /** The provider's name as it is configured. */
  provider: string;
  /** As it is configured, which is what the claim `iss` says. */
  issuer: string;
  subject: string;
  /** In the form of our accounts' addresses; only one that the provider has verified, and that may be linked by. */
  email?: string;
}

/** Claims whose origin is proven, of no particular type yet. */
export type Claims = Readonly<Record<string, unknown>>;

const LONGEST_SUBJECT = 255;

/** Throws `ProofError` `wrong` without a subject that can be kept. */
export function externalIdentity(settings: IdentityProviderConfig, claims: Claims): ExternalIdentity {
  const { sub } = claims;
  if (typeof sub !== 'string' || !isPlainText(sub)) throw new ProofError('wrong', 'no subject');
  if (!sub || sub.length > LONGEST_SUBJECT) throw new ProofError('wrong', 'subject of a forbidden length');
  const email = settings.linkByEmail ? verifiedEmail(claims) : undefined;
  return { provider: settings.name, issuer: settings.issuer, subject: sub, ...(email && { email }) };
}

/**
 * An address that becomes somebody else's by normalising (full-width letters, a byte order mark at its edge) is not the one that the provider has
 * verified: it is left out.
 */
function verifiedEmail({ email, email_verified: verified }: Claims): string | undefined {
  if (typeof email !== 'string' || verified !== true) return undefined;
  const stored = storedEmail(email);
  return stored !== undefined && isFaithful(email, stored) ? stored : undefined;
}
