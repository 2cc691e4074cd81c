import { part, type Part, raw, sql, type Sql } from '@app/database';
import {
  identify,
  identifyAs,
  readUsername,
  storedEmail,
  type RequestContext,
  type UsernameFault,
} from '@app/kernel';
import type { HeldAccount } from './held-account.js';
import { isNamed } from './named.js';

/** An account's names, as they are. */
export interface NamedAccount {
  id: string;
  email: string | null;
  username: string | null;
}

/** A name that could not be had today, or would be written otherwise. */
export interface NameFinding {
  id: string;
  field: 'email' | 'username';
  value: string;
  reason: UsernameFault | 'no_address' | 'spelled_otherwise';
  /** As it would be written; of an address that is spelled otherwise. */
  stored?: string;
}

/** What the rules of today say of the names of an account. */
export function nameFindings({ id, email, username }: NamedAccount): NameFinding[] {
  const findings: NameFinding[] = [];
  const stored = email === null ? null : storedEmail(email);
  if (email !== null && stored === undefined)
    findings.push({ id, field: 'email', value: email, reason: 'no_address' });
  if (email !== null && stored && stored !== email)
    findings.push({ id, field: 'email', value: email, reason: 'spelled_otherwise', stored });
  const fault = username === null ? undefined : readUsername(username).fault;
  if (username !== null && fault) findings.push({ id, field: 'username', value: username, reason: fault });
  return findings;
}

/** The accounts behind this one, in the order of their ids. */
export function accountsBehind(id: string, batch: number): Part<NamedAccount> {
  return part(
    'accounts_behind',
    sql`SELECT id::text AS id, email, username FROM accounts WHERE id > ${id}::bigint ORDER BY accounts.id LIMIT ${batch}::int`,
  );
}

/** The account that the finding can be taken for: of the same mailbox, or with this as its address, phone number or id. */
export function takenFor(finding: NameFinding): Part<{ id: string }> {
  return part(
    'other',
    sql`
    SELECT id::text AS id FROM accounts WHERE id <> ${finding.id}::bigint AND ${others(finding)} ORDER BY accounts.id LIMIT 1`,
  );
}

/** Writes the address as it is written today, unless another account has the mailbox; the account goes on as it was. */
export function respell(
  { now }: RequestContext,
  { id, value, stored = value }: NameFinding,
): Part<HeldAccount> {
  return part(
    'respelled',
    sql`
    UPDATE accounts SET email = ${stored}, updated_at = ${now}::timestamptz
    WHERE id = ${id}::bigint AND email = ${value} AND NOT EXISTS (
      SELECT FROM accounts o WHERE o.id <> ${id}::bigint AND ${isNamed(identifyAs('email', value), 'o')})
    RETURNING id AS account_id, security_stamp`,
  );
}

function others({ field, value, reason }: NameFinding): Sql {
  if (field === 'email') return isNamed(identifyAs('email', value));
  if (reason === 'like_an_id') return sql`${value} IN (id::text, uuid::text)`;
  const meant = identify(value);
  return meant.kind === 'username' ? raw('false') : isNamed(meant);
}
