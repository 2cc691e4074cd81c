import { sql, type Sql } from '@app/database';

/** A batch of sessions that ended, by themselves or not, before `before`. What others hold is skipped. */
export function purgeSessions(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM sessions WHERE id IN (
      SELECT id FROM sessions WHERE expires_at <= ${before}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}
