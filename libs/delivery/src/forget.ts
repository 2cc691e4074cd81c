import { part, type Part, sql } from '@app/database';

/** A message to an account. */
export interface HeldMessage {
  id: string;
}

/** Whatever was sent to the account, locked: who says of one "this wasn't me" goes on from there to the account. */
export function lockedMessages(accountId: string): Part<HeldMessage> {
  return part(
    'locked_messages',
    sql`SELECT m.id FROM messages m WHERE m.account_id = ${accountId}::bigint ORDER BY m.id FOR UPDATE`,
  );
}

/**
 * Forgets what was and is to be sent to accounts that are deleted, with what became of it, and that nothing is sent to their addresses. What
 * counts how much goes to a mailbox stays until it counts no more: else whoever deletes an account could fill it again.
 */
export function dropMessages(
  of: Part<{ account_id: string; email: string | null; phone: string | null }>,
): Record<'messages' | 'reports' | 'suppressions', Part> {
  const messages = part<{ reference: string | null }>(
    'forgotten_messages',
    sql`DELETE FROM messages m USING ${of} f WHERE m.account_id = f.account_id RETURNING m.reference`,
  );
  const reports = part(
    'forgotten_reports',
    sql`DELETE FROM delivery_events d USING ${messages} m WHERE d.reference = m.reference RETURNING d.id`,
  );
  const suppressions = part(
    'forgotten_suppressions',
    sql`
    DELETE FROM suppressed_addresses b USING ${of} f WHERE b.address IN (lower(f.email), f.phone) RETURNING b.address`,
  );
  return { messages, reports, suppressions };
}
