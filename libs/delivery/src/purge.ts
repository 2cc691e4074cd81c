import { sql, type Sql } from '@app/database';

/** A batch of messages that ended before `before`. What others hold is skipped. */
export function purgeMessages(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM messages WHERE id IN (
      SELECT id FROM messages WHERE state <> 'queued' AND expires_at <= ${before}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}

/** A batch of what no longer counts towards a recipient's limits. */
export function purgeRecipientSends(now: Date, batch: number): Sql {
  return sql`
    DELETE FROM recipient_sends WHERE (recipient, share) IN (
      SELECT recipient, share FROM recipient_sends WHERE counts_until <= ${now}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING recipient`;
}

/** The same of windows that many recipients share. */
export function purgeSendCounts(now: Date, batch: number): Sql {
  return sql`
    DELETE FROM send_counts WHERE counted IN (
      SELECT counted FROM send_counts WHERE window_ends_at <= ${now}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING counted`;
}

/** The same of what providers reported before `before`. */
export function purgeDeliveryEvents(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM delivery_events WHERE id IN (
      SELECT id FROM delivery_events WHERE at <= ${before}::timestamptz LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}
