import { sql, type Sql } from '@app/database';
import { firstIdAt, plusSeconds } from '@app/kernel';

/** The trigger of the table lets go only what is older than this, in the statement that says so. */
const letGo = (before: Date): Sql =>
  sql`(SELECT set_config('countersign.audit_purged_before', ${before.toISOString()}, true)) IS NOT NULL`;
/** Ids borrow from the next moment when many are made in one: found by its id, a row may go so much later. */
const BORROWED_SECONDS = 1;

/** A batch of the records made before `before`, found by their ids, which are in the order of time. What others hold is skipped. */
export function purgeAudit(before: Date, batch: number): Sql {
  const firstKept = firstIdAt(plusSeconds(before, BORROWED_SECONDS));
  return sql`
    DELETE FROM audit_events WHERE id IN (
      SELECT id FROM audit_events WHERE id < ${firstKept}::bigint AND at <= ${before}::timestamptz AND ${letGo(before)}
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}

/** The same of what did nothing. */
export function purgeAuditRefusals(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM audit_events WHERE id IN (
      SELECT id FROM audit_events WHERE repeat_key IS NOT NULL AND at <= ${before}::timestamptz AND ${letGo(before)}
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}
