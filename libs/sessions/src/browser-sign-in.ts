import { sql, raw, type Sql } from '@app/database';
import { digest, plusSeconds, randomToken, type Call } from '@app/kernel';

/** How long a session made now lives: while it waits for a second factor, and signed in. `config.sessions`. */
export interface SessionLives {
  pendingSeconds: number;
  lifeSeconds: number;
}

/**
 * Part: what a proven first factor makes of part `verdict` (`redeemParts`) when its attempt was begun in a browser
 * session: a session of the account inside that browser session, signed in, or pending when the account has a second
 * factor: `{session_id, account_id, stage, browser_session_id}`. No row for any other verdict.
 *
 * Nobody holds a credential of this session: it is reached through the browser session's token alone. It carries the stamp of the
 * attempt, so that whatever happens to the account while this statement runs ends it. A channel that is the account's second
 * factor makes no session: one mailbox is never two factors.
 */
export function browserSignIn(call: Call, verdict: string, lives: SessionLives): Sql {
  const { now, client } = call;
  return sql`
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, expires_at, browser_session_id, browser_attempt_id, security_stamp)
    SELECT ${call.nextId()}::bigint, x.id, 'wacht', CASE WHEN x.second_factor = 'none' THEN 'signed_in' ELSE 'pending' END,
      ${digest(randomToken(256))}, jsonb_build_array(jsonb_build_object('method', v.method, 'at', ${now.toISOString()}::text)),
      ${client.address}, ${client.userAgent}, ${now}::timestamptz,
      CASE WHEN x.second_factor = 'none' THEN ${now}::timestamptz END,
      CASE WHEN x.second_factor = 'none' THEN ${plusSeconds(now, lives.lifeSeconds)}::timestamptz
        ELSE ${plusSeconds(now, lives.pendingSeconds)}::timestamptz END,
      a.browser_session_id, a.browser_attempt_id, v.security_stamp
    FROM ${raw(verdict)} v JOIN attempts a ON a.id = v.attempt_id JOIN accounts x ON x.id = a.account_id
    WHERE v.outcome = 'redeemed' AND a.purpose = 'sign_in' AND a.browser_session_id IS NOT NULL AND a.session_id IS NULL
      AND x.disabled_at IS NULL AND x.second_factor <> a.method
    RETURNING id AS session_id, account_id, stage, browser_session_id`;
}
