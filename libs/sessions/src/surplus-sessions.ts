import { part, type Part, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { SessionRules } from './session-rules.js';
import type { SessionOwner } from './sessions.repository.js';

/**
 * Makes room for one more session of the account: what is more than it may have ends. First what is over anyway, then of those from the
 * caller's address, then of all, the least lately used: a script that never signs out pushes out its own sessions and not the phone of
 * its owner, and whoever has only the password cannot push out, from one address, the sign-in that waits for its owner's code.
 *
 * So the sessions that an event has to end are few, whoever signed in how often. Each sign-in ends one at most as a rule, and waits for
 * none: what another call holds is left to the next sign-in.
 */
export function surplusSessions(
  { now, client }: RequestContext,
  rules: SessionRules,
  from: Part<SessionOwner>,
): Part<{ id: string }> {
  return part(
    'surplus',
    sql`
    UPDATE sessions SET ended_at = ${now}::timestamptz, end_reason = 'surplus' WHERE id IN (
      SELECT s.id FROM sessions s WHERE s.ended_at IS NULL AND s.id IN (
        SELECT r.id FROM (
          SELECT l.id, l.stage, row_number() OVER (PARTITION BY l.stage ORDER BY l.expires_at > ${now}::timestamptz DESC,
            l.client_address = ${client.address}, greatest(l.created_at, l.refresh_rotated_at,
              l.expires_at - ${rules.lifeSeconds}::int * interval '1 second') DESC, l.id DESC) AS place
          FROM sessions l JOIN ${from} f ON l.account_id = f.account_id WHERE l.ended_at IS NULL) r
        WHERE r.place >= CASE r.stage WHEN 'pending' THEN ${rules.pendingLimit}::int ELSE ${rules.accountLimit}::int END)
      FOR UPDATE SKIP LOCKED) RETURNING id`,
  );
}
