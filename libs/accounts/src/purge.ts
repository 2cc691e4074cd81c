import { sql, type Sql } from '@app/database';

/** A batch of wrong passwords that neither count nor lock any more. What others hold is skipped. */
export function purgePasswordFailures(now: Date, batch: number): Sql {
  return sql`
    DELETE FROM password_failures WHERE key IN (
      SELECT key FROM password_failures
      WHERE counts_until <= ${now}::timestamptz AND coalesce(locked_until <= ${now}::timestamptz, true)
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING key`;
}

/** A batch of recoveries that ended before `before`, however. What others hold is skipped. */
export function purgeRecoveries(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM pending_recoveries WHERE id IN (
      SELECT id FROM pending_recoveries WHERE ended_at <= ${before}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}
