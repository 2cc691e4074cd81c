import sql, { type Sql } from 'sql-template-tag';

// What ends sessions without their credential. `now` also decides which are live: one that has expired is left as it is.

/** Part: ends the account's sessions that still wait for a second factor: `{id}`. */
export function endPendingSessions(accountId: string, reason: string, now: Date): Sql {
  return sql`
    UPDATE sessions SET ended_at = ${now}::timestamptz, end_reason = ${reason}
    WHERE account_id = ${accountId}::bigint AND stage = 'pending' AND ended_at IS NULL AND expires_at > ${now}::timestamptz
    RETURNING id`;
}

/** Part: ends one live session, in whatever protocol: `{session_id, account_id}`, no row when there is none. */
export function endSession(sessionId: string, reason: string, now: Date): Sql {
  return sql`
    UPDATE sessions SET ended_at = ${now}::timestamptz, end_reason = ${reason}
    WHERE id = ${sessionId}::bigint AND ended_at IS NULL AND expires_at > ${now}::timestamptz
    RETURNING id AS session_id, account_id`;
}
