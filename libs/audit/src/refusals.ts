import { sql, type Sql } from '@app/database';
import { OPERATORS_PROTOCOLS, type RequestContext } from '@app/kernel';
import type { AuditEvent } from './audit.js';

/**
 * How a call ends that does nothing, so that it can be made as often as the limits let it. A wrong code is none of them: an attempt
 * has tries, and an account a budget.
 */
export const DID_NOTHING = [
  'absent',
  'budget_spent',
  'closed',
  'consumed',
  'exhausted',
  'expired',
  'no_address',
  'no_session',
  'nobody',
  'other_kind',
  'stale',
  'superseded',
  'too_soon',
  'unknown',
];
/** Where `ended` says that the session was over, and not that it is now. */
const OF_A_SESSION: AuditEvent[] = ['token.refresh', 'second_factor'];

/** Whether row `v` did nothing, or concerns nobody. What operators do is always kept, also where it concerns no account. */
export function didNothing({ protocol }: RequestContext, event: AuditEvent): Sql {
  const outcomes = OF_A_SESSION.includes(event) ? [...DID_NOTHING, 'ended'] : DID_NOTHING;
  return sql`(v.outcome = ANY(${outcomes}::text[])
    OR (v.account_id IS NULL AND ${protocol}::text <> ALL(${OPERATORS_PROTOCOLS}::text[])))`;
}

/**
 * The key of row `v`, whose beginning says in which partition it lies: how long it is kept, and its day. What `repeats` shares the rest
 * of it with all rows of its minute that differ in nothing an investigator asks for: what was tried, how it ended, in which protocol,
 * from which network, and at which account, session and attempt.
 */
export function rowKey(call: RequestContext, event: AuditEvent, id: string, repeats: Sql): Sql {
  const { now, protocol, client } = call;
  const day = dayOf(now);
  const shared = sharedKey(Math.floor(now.getTime() / 60_000), client.network, protocol, event);
  return sql`CASE WHEN ${repeats} THEN ${`r${day}`}::text || md5(concat_ws(' ', ${shared}::text, v.outcome,
      coalesce(v.account_id, 0), coalesce(v.session_id, 0), coalesce(v.attempt_id, 0)))
    ELSE ${`k${day}${id}`}::text END`;
}

/** A day in UTC as keys have it: `20260131`. */
export function dayOf(at: Date): string {
  return at.toISOString().slice(0, 10).replaceAll('-', '');
}

export function sharedKey(minute: number, network: string, protocol: string, event: string): string {
  return `${minute} ${network} ${protocol} ${event}`;
}
