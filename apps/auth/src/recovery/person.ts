import { subjectParts, type Subject } from '@app/accounts';
import { type Part, type Sql, sql } from '@app/database';
import { identify, type KeyRing } from '@app/kernel';

/** Whom a call is about: an identifier and, when given, the organisation and tenant the account must belong to. */
export interface Person {
  /** E-mail address, user name or phone number. */
  username: string;
  orgId?: string;
  tenantId?: string;
}

/**
 * Whom a call means. Another organisation than the account's makes a stranger of them; the statement is the same with and
 * without one.
 */
export function personOf(
  { username, orgId, tenantId }: Person,
  keyRing: KeyRing,
  also: Sql = sql`true`,
): Part<Subject> {
  const belongs = sql`(${orgId ?? null}::text IS NULL OR org_id IS NOT DISTINCT FROM ${orgId ?? null}::text)
    AND (${tenantId ?? null}::text IS NULL OR tenant_id IS NOT DISTINCT FROM ${tenantId ?? null}::text) AND ${also}`;
  return subjectParts(identify(username), keyRing, belongs).subject;
}
