import { part, type Part, sql } from '@app/database';
import { plusSeconds } from '@app/kernel';
import { isInUse } from './conditions.js';
import { isBefore, isNewest } from './refresh-rotation.js';
import type { AuthenticationMethod } from './session.entity.js';

/** What a service was shown that may name a session, in any of the forms that credentials have; null: nothing of that form. */
export interface ShownCredentials {
  /** `digest` of the credential that a session rests under, and the protocol whose it is. */
  hash: string | null;
  protocol: string | null;
  /** The id of a session that a signed token names. */
  sessionId: string | null;
  refresh: { familyHash: string; hash: string } | null;
  /** `digest` of the token of a browser session. */
  browserHash: string | null;
}

/** The signed-in session behind a credential, and how it came about. */
export interface ShownSession {
  session_id: string;
  account_id: string;
  protocol: string;
  amr: AuthenticationMethod[];
  signed_in_at: Date;
  /** Of the credential: since when and until when it is good. */
  issued_at: Date;
  expires_at: Date;
}

/**
 * The live signed-in session that a credential is good for, whatever its form and protocol; the first of them, where several were shown. A
 * read: nothing is locked, and no life begins anew. Each form is looked up by an index of its own, in every call, so that no answer takes
 * another time than another.
 */
export function sessionShown(shown: ShownCredentials, now: Date, graceSeconds: number): Part<ShownSession> {
  const { hash, protocol, sessionId, refresh, browserHash } = shown;
  const refreshHash = refresh?.hash ?? null;
  const graceFrom = plusSeconds(now, -graceSeconds);
  const candidates = part<Candidate>(
    'candidates',
    sql`
    SELECT 1 AS rank, s.id, s.signed_in_at AS issued_at, s.expires_at FROM sessions s
      WHERE s.token_hash = ${hash}::text AND s.protocol = ${protocol}::text
    UNION ALL SELECT 2, s.id, s.signed_in_at, s.expires_at FROM sessions s WHERE s.id = ${sessionId}::bigint
    UNION ALL SELECT 3, s.id, coalesce(s.refresh_rotated_at, s.created_at), s.expires_at FROM sessions s
      WHERE s.token_hash = ${refresh?.familyHash ?? null}::text
        AND (${isNewest(refreshHash)} OR ${isBefore(refreshHash, graceFrom)})
    UNION ALL SELECT 4, b.active_session_id, b.rotated_at, b.expires_at FROM browser_sessions b
      WHERE b.token_hash = ${browserHash}::text AND b.active_session_id IS NOT NULL`,
  );
  return part(
    'shown',
    sql`
    SELECT s.id AS session_id, s.account_id, s.protocol, s.amr, s.signed_in_at, c.issued_at,
      least(s.expires_at, c.expires_at) AS expires_at
    FROM ${candidates} c JOIN sessions s ON s.id = c.id WHERE ${isInUse(now)} ORDER BY c.rank LIMIT 1`,
  );
}

interface Candidate {
  rank: number;
  id: string;
  issued_at: Date;
  expires_at: Date;
}
