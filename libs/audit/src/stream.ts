import { part, type Part, sql, type Sql } from '@app/database';
import { plusSeconds, type RequestContext } from '@app/kernel';

/** One thing that happened at an account, as it goes to the operator's receiver. */
export interface StreamedEvent {
  id: string;
  at: Date;
  event: string;
  outcome: string;
  protocol: string | null;
  account_id: string;
  session_id: string | null;
  attempt_id: string | null;
  client_address: string | null;
  request_id: string | null;
  tries: number;
}

/** Announced when a statement may have left something to send. */
export const STREAM_SIGNAL = 'event';

/** Leaves a new record of an account to the stream, in the statement that makes it; what is counted in another one is not sent again. */
export function streamed({ now }: RequestContext, audited: Part<{ id: string }>): Part<{ id: string }> {
  return part(
    'streamed',
    sql`
    INSERT INTO event_stream (id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, next_try_at)
    SELECT id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, ${now}::timestamptz
    FROM ${audited} WHERE repeated = 0 AND account_id IS NOT NULL RETURNING id`,
    STREAM_SIGNAL,
  );
}

/** Takes what is due, the longest waiting first, for so long that nobody else takes it meanwhile. */
export function claimStreamed(now: Date, leaseSeconds: number, most: number): Sql {
  return sql`
    UPDATE event_stream SET tries = tries + 1, next_try_at = ${plusSeconds(now, leaseSeconds)}::timestamptz
    WHERE id IN (
      SELECT id FROM event_stream WHERE next_try_at <= ${now}::timestamptz
      ORDER BY next_try_at, id LIMIT ${most}::int FOR UPDATE SKIP LOCKED)
    RETURNING id, at, event, outcome, protocol, account_id, session_id, attempt_id, client_address, request_id, tries`;
}

/** Of what has arrived, or has been tried often enough. */
export function forgetStreamed(id: string): Sql {
  return sql`DELETE FROM event_stream WHERE id = ${id}::bigint`;
}

/** Unless another worker has taken it since: then it is that one's. */
export function streamLater({ id, tries }: Pick<StreamedEvent, 'id' | 'tries'>, at: Date): Sql {
  return sql`
    UPDATE event_stream SET next_try_at = ${at}::timestamptz WHERE id = ${id}::bigint AND tries = ${tries}::int`;
}

/** What waits for the receiver, be it for the first try or for another. */
export interface StreamBacklog {
  /** `STREAM_COUNTED` stands for any more. */
  events: string;
  /** When the one that has waited longest happened; null when none waits. */
  oldest: Date | null;
}

/** Beyond it nobody needs the exact number, and a receiver that has been away for days must not make each look read millions of rows. */
export const STREAM_COUNTED = 100_000;

/** Ids are in the order of time. */
export const streamBacklog: Sql = sql`
    SELECT (SELECT count(*) FROM (SELECT FROM event_stream LIMIT ${STREAM_COUNTED}::int) counted) AS events,
      (SELECT at FROM event_stream ORDER BY id LIMIT 1) AS oldest`;

/** A batch of what waits for a receiver that was taken out of the configuration. */
export function purgeStreamed(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM event_stream WHERE id IN (
      SELECT id FROM event_stream WHERE next_try_at <= ${before}::timestamptz LIMIT ${batch}::int FOR UPDATE SKIP LOCKED)
    RETURNING id`;
}
