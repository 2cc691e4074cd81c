import { part, type Part, sql } from '@app/database';

/** What a message was about that its reader did not ask for. */
export interface DisownedMessage {
  id: string;
  attempt_id: string | null;
  account_id: string | null;
  /** Whether this was the first time that it was said of the message. */
  first: boolean;
}

/** The message of this reference, locked, and marked as one that its reader did not ask for; no row when it is forgotten. */
export function disownedMessage(now: Date, reference: string): Part<DisownedMessage> {
  const held = part<{ id: string; first: boolean }>(
    'held_message',
    sql`SELECT m.id, m.disowned_at IS NULL AS first FROM messages m WHERE m.reference = ${reference} FOR UPDATE`,
  );
  return part(
    'disowned',
    sql`
    UPDATE messages m SET disowned_at = coalesce(m.disowned_at, ${now}::timestamptz) FROM ${held} h
    WHERE m.id = h.id RETURNING m.id, m.attempt_id, m.account_id, h.first`,
  );
}
