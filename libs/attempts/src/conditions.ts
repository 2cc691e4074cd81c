import { isCurrent, type Part, raw, sql, type Sql } from '@app/database';
import { OUTLASTING, type RequestContext } from '@app/kernel';

/**
 * Condition on attempt `attempt` (an alias), never null: no event at its account has ended it since it was opened. An attempt of
 * nobody's account has nothing that could.
 */
export function isAllowed(attempt: string): Sql {
  const a = raw(attempt);
  return sql`(${a}.account_id IS NULL OR ${a}.purpose = ANY(${OUTLASTING}::text[]) OR ${isCurrent(attempt)})`;
}

/**
 * Condition on attempt `a`, never null: it can be redeemed. One that is open and no longer live is good for nothing, so it must not
 * stand in the way of another either.
 */
export function isLive({ now }: Pick<RequestContext, 'now'>): Sql {
  return sql`(a.status = 'open' AND a.expires_at > ${now}::timestamptz AND ${isAllowed('a')})`;
}

/** Condition on attempt `a`: it is open and belongs to the subject, be it known or a stranger. */
export function openOfSubject(subject: Part<{ subject: string }>): Sql {
  return sql`a.subject = (SELECT subject FROM ${subject}) AND a.status = 'open'`;
}

/**
 * Condition on an id, never null: that attempt has been overtaken, by a newer one, its own success or an event at its account. One whose
 * tries are spent is not: the link of the same mail may still be good.
 */
export function isOvertaken(id: Sql): Sql {
  return sql`EXISTS (
    SELECT FROM attempts a WHERE a.id = ${id}
      AND (a.status IN ('consumed', 'superseded') OR a.status = 'open' AND NOT ${isAllowed('a')}))`;
}
