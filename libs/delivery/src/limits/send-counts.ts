import { part, type Part, sql, type Sql } from '@app/database';
import { plusSeconds } from '@app/kernel';

/** A window that many recipients share. */
export interface Window {
  seconds: number;
  limit: number;
  /** How many of them strangers can have; the rest is for owners. */
  forAnybody: number;
}

/** What all texts are counted under. */
export const ALL_TEXTS = 'texts';

/**
 * Counts one more in the window that `counted` names, of recipient `r`, and hands on the recipients for which there was room. Here a
 * window begins with its first message: the row is one that many wait for, so it stays as short as it can be.
 */
export function takeFromWindow<Row extends object>(
  now: Date,
  isOwner: boolean,
  counted: Sql,
  { seconds, limit, forAnybody }: Window,
  from: Part<Row>,
): Part<Row> {
  const ends = plusSeconds(now, seconds);
  const over = sql`(c.window_ends_at <= ${now}::timestamptz)`;
  const taken = part<{ counted: string }>(
    'window_send',
    sql`
    INSERT INTO send_counts AS c (counted, for_anybody, for_owners, window_ends_at)
    SELECT ${counted}, ${isOwner ? 0 : 1}::int, ${isOwner ? 1 : 0}::int, ${ends}::timestamptz FROM ${from} r
    ON CONFLICT (counted) DO UPDATE SET
      for_anybody = excluded.for_anybody + CASE WHEN ${over} THEN 0 ELSE c.for_anybody END,
      for_owners = excluded.for_owners + CASE WHEN ${over} THEN 0 ELSE c.for_owners END,
      window_ends_at = CASE WHEN ${over} THEN excluded.window_ends_at ELSE c.window_ends_at END
    WHERE ${over} OR c.for_anybody + c.for_owners < ${limit}::int
      AND (excluded.for_owners > 0 OR c.for_anybody < ${forAnybody}::int)
    RETURNING c.counted`,
  );
  return part('within_window', sql`SELECT r.* FROM ${from} r WHERE EXISTS (SELECT FROM ${taken})`);
}
