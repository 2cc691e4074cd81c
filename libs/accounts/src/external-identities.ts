import { part, type Part, raw, sql, violatedConstraint } from '@app/database';
import { identifyAs, type RequestContext } from '@app/kernel';
import type { HeldAccount, OfAccount } from './held-account.js';
import { isNamed, likeliest } from './named.js';
import { knownColumns, type KnownAccount } from './known-account.js';

/** A person as an identity provider vouches for them. */
export interface ProvenIdentity {
  /** The provider's name in the configuration. */
  provider: string;
  issuer: string;
  subject: string;
  /** Only where the provider has verified it, and may be believed about it. */
  email?: string;
}

export interface FoundByIdentity extends KnownAccount {
  /** Whether the identity is linked to it; otherwise its address alone says that it is the same person. */
  linked: boolean;
  /** Whether it is linked to another identity of the issuer: then this one is not the same person. */
  taken: boolean;
}

/**
 * Statement: whose account it is: the one that the identity is linked to, else the one that has proven to own the same
 * address. An address that nobody has proven here says nothing: whoever registered it first would share the account.
 */
export function accountOfIdentity({ issuer, subject, email }: ProvenIdentity): Part<FoundByIdentity> {
  const identity = part<{ account_id: string }>(
    'identity',
    sql`SELECT account_id FROM external_identities WHERE issuer = ${issuer} AND subject = ${subject}`,
  );
  const person = email === undefined ? undefined : identifyAs('email', email);
  const owner = part<{ account_id: string; linked: boolean }>(
    'owner',
    sql`
      SELECT account_id, true AS linked FROM ${identity}
      UNION ALL
      (SELECT id, false FROM accounts
      WHERE ${person ? isNamed(person) : raw('false')} AND activated_at IS NOT NULL AND NOT EXISTS (SELECT FROM ${identity})
      ${person ? likeliest(person) : raw('')})`,
  );
  return part(
    'found',
    sql`
      SELECT ${knownColumns()}, o.linked, NOT o.linked AND EXISTS (
        SELECT FROM external_identities i WHERE i.account_id = a.id AND i.issuer = ${issuer}) AS taken
      FROM accounts a JOIN ${owner} o ON o.account_id = a.id`,
  );
}

/** The account, as long as the identity is linked to it. */
export function lockIdentity(
  { issuer, subject }: ProvenIdentity,
  from: Part<HeldAccount>,
): Part<HeldAccount> {
  return part(
    'held',
    sql`
    SELECT i.account_id, f.security_stamp FROM external_identities i JOIN ${from} f USING (account_id)
    WHERE i.issuer = ${issuer} AND i.subject = ${subject} FOR SHARE OF i`,
  );
}

/**
 * Links it to the account. Whoever is linked to another account violates
 * `external_identities_owner`. An account has one identity of each issuer: a second one, such as that of the next owner of a
 * mailbox, violates `external_identities_account`. Both undo the whole statement: no code is burnt for nothing.
 */
export function linkIdentity(
  { now }: RequestContext,
  identity: ProvenIdentity,
  from: Part<OfAccount>,
): Part<OfAccount & { is_new: boolean }> {
  const { provider, issuer, subject } = identity;
  return part(
    'linked',
    sql`
    INSERT INTO external_identities AS i (issuer, subject, account_id, provider, linked_at)
    SELECT ${issuer}, ${subject}, f.account_id, ${provider}, ${now}::timestamptz FROM ${from} f
    ON CONFLICT (issuer, subject) DO UPDATE
      SET account_id = CASE WHEN i.account_id = excluded.account_id THEN i.account_id ELSE 0 END
    RETURNING i.account_id, xmax = 0 AS is_new`,
  );
}

/** Forgets the account's identity of this provider. */
export function unlinkIdentity(accountId: string, provider: string): Part<OfAccount> {
  return part(
    'unlinked',
    sql`
    DELETE FROM external_identities WHERE account_id = ${accountId}::bigint AND lower(provider) = ${provider.toLowerCase()}
    RETURNING account_id`,
  );
}

/** Whether the statement failed because somebody else is linked. */
export function isLinkedElsewhere(error: unknown): boolean {
  return ['external_identities_owner', 'external_identities_account'].includes(
    violatedConstraint(error) ?? '',
  );
}
