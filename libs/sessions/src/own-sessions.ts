import { part, type Part, sql } from '@app/database';
import { EVENTS, type RequestContext, type SessionEvent } from '@app/kernel';
import { isInUse } from './conditions.js';
import type { OwnedSession } from './sessions.repository.js';

/** A signed-in session as its owner is shown it: what signed in, from where and until when. */
export interface OwnSession {
  id: string;
  account_id: string;
  protocol: string;
  client_address: string;
  user_agent: string;
  signed_in_at: Date;
  expires_at: Date;
}

/** The live signed-in sessions of the account, in all protocols, newest last; none that no browser can reach any more. */
export function ownSessions(
  { now }: Pick<RequestContext, 'now'>,
  from: Part<{ account_id: string }>,
): Part<OwnSession> {
  return part(
    'own_sessions',
    sql`
    SELECT s.id::text AS id, s.account_id::text AS account_id, s.protocol, s.client_address, s.user_agent, s.signed_in_at,
      s.expires_at
    FROM sessions s JOIN ${from} f USING (account_id)
    WHERE ${isInUse(now)}
    ORDER BY s.signed_in_at, s.id`,
  );
}

/** Ends a live signed-in session of the account, by its id as text; no row when the account has no such session. */
export function endOwnSession(
  event: SessionEvent,
  { now }: Pick<RequestContext, 'now'>,
  id: string,
  from: Part<{ account_id: string }>,
): Part<OwnedSession> {
  return part(
    'ended',
    sql`
    UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${EVENTS[event].reason} FROM ${from} f
    WHERE s.account_id = f.account_id AND s.id::text = ${id} AND s.stage = 'signed_in' AND s.ended_at IS NULL
      AND s.expires_at > ${now}::timestamptz RETURNING s.id AS session_id, s.account_id`,
  );
}
