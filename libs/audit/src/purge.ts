import { sql, type Sql } from '@app/database';
import { firstIdAt, plusSeconds } from '@app/kernel';

/** The trigger of the table lets go only what is older than this, in the statement that says so. */
const letGo = (before: Date): Sql =>
  sql`(SELECT set_config('countersign.audit_purged_before', ${before.toISOString()}, true)) IS NOT NULL`;
/** Ids borrow from the next moment when many are made in one: found by its id, a row may go so much later. */
const BORROWED_SECONDS = 1;

/** Makes the partitions of the present and of what comes next, where they are missing: the database's own part of the work. */
export function makeAuditPartitions(now: Date): Sql {
  return sql`SELECT audit_events_make_ahead(${now}::timestamptz)`;
}

/** Drops the partitions in which everything is older: of what is kept long, and of what did nothing. */
export function dropAuditPartitions(keptBefore: Date, refusedBefore: Date): Sql {
  return sql`
    SELECT audit_events_let_go('kept', ${keptBefore}::timestamptz) + audit_events_let_go('refused', ${refusedBefore}::timestamptz)
      AS dropped`;
}

/**
 * A batch of the records of former releases made before `before`, found by their ids, which are in the order of time. What others hold is
 * skipped.
 */
export function purgeFormerAudit(before: Date, batch: number): Sql {
  const firstKept = firstIdAt(plusSeconds(before, BORROWED_SECONDS));
  return sql`
    DELETE FROM audit_events_former WHERE id IN (
      SELECT id FROM audit_events_former WHERE id < ${firstKept}::bigint AND at <= ${before}::timestamptz AND ${letGo(before)}
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}

/** The same of what did nothing. */
export function purgeFormerRefusals(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM audit_events_former WHERE id IN (
      SELECT id FROM audit_events_former WHERE repeat_key IS NOT NULL AND at <= ${before}::timestamptz AND ${letGo(before)}
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}
