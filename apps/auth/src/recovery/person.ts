import { subjectParts } from '@app/accounts';
import { type Parts, type Sql, sql } from '@app/database';
import { normaliseIdentifier, type KeyRing } from '@app/kernel';

/** Whom a call is about: an identifier and, when given, the organisation and tenant the account must belong to. */
export interface Person {
  /** E-mail address, user name or phone number. */
  username: string;
  orgId?: string;
  tenantId?: string;
}

/**
 * Parts `known` and `subject` of the person. Another organisation than the account's makes a stranger of them; the
 * statement is the same with and without one.
 */
export function personParts(
  { username, orgId, tenantId }: Person,
  keyRing: KeyRing,
  also: Sql = sql`true`,
): Parts {
  const belongs = sql`(${orgId ?? null}::text IS NULL OR org_id IS NOT DISTINCT FROM ${orgId ?? null}::text)
    AND (${tenantId ?? null}::text IS NULL OR tenant_id IS NOT DISTINCT FROM ${tenantId ?? null}::text) AND ${also}`;
  return subjectParts(normaliseIdentifier(username), keyRing, belongs);
}
