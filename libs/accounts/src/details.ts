import { part, type Part, raw, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { HeldAccount } from './held-account.js';

/** What an operator may change of an account that ends nothing. Undefined stays as it is; null: is taken away. */
export interface AccountDetails {
  orgId?: string | null;
  tenantId?: string | null;
  firstName?: string | null;
  lastName?: string | null;
  language?: string;
}

const COLUMNS = {
  orgId: 'org_id',
  tenantId: 'tenant_id',
  firstName: 'first_name',
  lastName: 'last_name',
  language: 'language',
} as const;

/**
 * Changes what is given, and nothing beside it; no row when the account is no longer as it was at `unchangedSince`. Of two changes no two
 * leave the same `updated_at`, by which readers tell them apart.
 */
export function changeDetails(
  { now }: RequestContext,
  accountId: string,
  details: AccountDetails,
  unchangedSince: Date | undefined,
): Part<HeldAccount> {
  const given = JSON.stringify(
    Object.fromEntries(
      Object.entries(COLUMNS).map(([field, column]) => [column, details[field as keyof AccountDetails]]),
    ),
  );
  const set = Object.values(COLUMNS).map(
    (column) => `${column} = CASE WHEN g.v ? '${column}' THEN g.v->>'${column}' ELSE a.${column} END`,
  );
  return part(
    'changed',
    sql`
    UPDATE accounts a SET ${raw(set.join(', '))}, updated_at = greatest(${now}::timestamptz, a.updated_at + interval '1 millisecond')
    FROM (SELECT ${given}::jsonb AS v) g
    WHERE a.id = ${accountId}::bigint AND (${unchangedSince ?? null}::timestamptz IS NULL OR a.updated_at = ${unchangedSince ?? null}::timestamptz)
    RETURNING a.id AS account_id, a.security_stamp`,
  );
}

/** The account, while nothing has happened to it since it was read that ends what was made for it. */
export function asRead({ id, securityStamp }: { id: string; securityStamp: number }): Part<HeldAccount> {
  return part(
    'as_read',
    sql`
    SELECT id AS account_id, security_stamp FROM accounts
    WHERE id = ${id}::bigint AND security_stamp = ${securityStamp}::int`,
  );
}
