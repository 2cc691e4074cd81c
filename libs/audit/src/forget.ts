import { part, type Part, sql } from '@app/database';
import { OPERATORS_PROTOCOLS } from '@app/kernel';

/**
 * The records of an account that is deleted stay, and lose what says where from and with what it was used: what is left is a number that
 * is nobody's. What an operator did keeps who did it. The key of a record has a hash of the network; one that is not repeated needs none.
 *
 * `of`: the one account, `accountId`, if it is deleted; the trigger of the table lets this pass in the statement that names it.
 */
export function forgetTraces(accountId: string, of: Part<{ account_id: string }>): Part<{ id: string }> {
  return part(
    'forgotten',
    sql`
    UPDATE audit_events e SET client_address = NULL, user_agent = NULL, request_id = NULL,
      repeat_key = CASE WHEN e.repeat_key >= 'k' AND e.repeat_key < 'l' THEN e.repeat_key
        WHEN e.repeat_key >= 'r' AND e.repeat_key < 's' THEN left(e.repeat_key, 9) || e.id END
    FROM ${of} f WHERE e.account_id = f.account_id AND (e.protocol = ANY(${OPERATORS_PROTOCOLS}::text[])) IS NOT TRUE
      AND (SELECT set_config('countersign.audit_forgets', ${accountId}::text, true)) IS NOT NULL
    RETURNING e.id`,
  );
}

/** The same of those that are on their way to the operator's receiver. */
export function forgetStreamedTraces(of: Part<{ id: string }>): Part<{ id: string }> {
  return part(
    'forgotten_stream',
    sql`UPDATE event_stream s SET client_address = NULL, request_id = NULL FROM ${of} f WHERE s.id = f.id RETURNING s.id`,
  );
}
