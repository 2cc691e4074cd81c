import { sql, type Sql } from '@app/database';

/** A batch of messages that ended before `before`. What others hold is skipped. */
export function purgeMessages(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM messages WHERE id IN (
      SELECT id FROM messages WHERE state <> 'queued' AND expires_at <= ${before}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}
