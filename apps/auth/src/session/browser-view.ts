import { askedFactor, type SecondFactor } from '@app/accounts';
import { isCurrent, part, type Part, type Sql, sql } from '@app/database';
import { plusSeconds } from '@app/kernel';

/** An attempt of a browser session, as it travels beside the limits: timestamps are ISO strings. */
export interface BrowserAttempt {
  id: string;
  kind: 'sign_in' | 'sign_up';
  /** Of a sign-in only. */
  method: string | null;
  created_at: string;
  expires_at: string;
  /** What its proof has made: nothing yet, a session that waits for the second factor, or a sign-in. */
  stage: 'pending' | 'signed_in' | null;
  /** Whether that session is neither ended nor over. */
  live: boolean;
  /** The second factor of the account; null when there is no account. */
  factor: SecondFactor | null;
  /** The rest: of a sign-up only. */
  email: string | null;
  username: string | null;
  phone: string | null;
  /** Whether these addresses belong to an account already: never shown. */
  email_taken: boolean;
  phone_taken: boolean;
  email_proven: boolean;
  phone_proven: boolean;
  completed: boolean;
}

export interface BrowserSignIn {
  id: string;
  user_id: string;
  /** How the person proved who they are (RFC 8176). */
  amr: string[];
  created_at: string;
}

/** Everything a browser session holds. */
export interface BrowserView {
  id: string;
  expires_at: string;
  /** Named by the token before the last rotation: known, and good for nothing. */
  late: boolean;
  /** Whether a sign-in came from outside, by a link, since the token was last rotated. */
  stale: boolean;
  active_id: string | null;
  attempts: BrowserAttempt[];
  sign_ins: BrowserSignIn[];
}

/** Older ones are kept, and no longer listed. */
const LISTED_ATTEMPTS = 20;
/** How long the token before a rotation is told from a stranger's: requests that were on their way. */
const LATE_SECONDS = 10;

/** The view of the live browser session that a token names: at most one row. */
export function viewByToken(tokenHash: string, now: Date): Part<BrowserView> {
  const since = plusSeconds(now, -LATE_SECONDS);
  return view(
    sql`(b.token_hash = ${tokenHash} OR b.previous_token_hash = ${tokenHash} AND b.rotated_at > ${since}::timestamptz)
      AND b.expires_at > ${now}::timestamptz`,
    sql`b.token_hash <> ${tokenHash}`,
    now,
  );
}

export function viewById(id: string, now: Date): Part<BrowserView> {
  return view(sql`b.id = ${id}::bigint`, sql`false`, now);
}

function view(condition: Sql, late: Sql, now: Date): Part<BrowserView> {
  return part(
    'browser_view',
    sql`
    SELECT b.id::text AS id, b.expires_at, ${late} AS late, b.active_session_id::text AS active_id,
      EXISTS (SELECT FROM sessions s WHERE s.browser_session_id = b.id AND s.signed_in_at > b.rotated_at
        AND s.ended_at IS NULL AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')}) AS stale,
      coalesce((${attempts(now)}), '[]') AS attempts, coalesce((${signIns(now)}), '[]') AS sign_ins
    FROM browser_sessions b WHERE ${condition}`,
  );
}

function attempts(now: Date): Sql {
  return sql`
    SELECT json_agg(json_build_object('id', a.id::text, 'kind', a.kind, 'method', a.method, 'created_at', a.created_at,
      'expires_at', a.expires_at, 'stage', s.stage,
      'live', coalesce(s.ended_at IS NULL AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')}, false), 'factor', ${askedFactor({ now }, 'second', 'x')},
      'email', u.email, 'username', u.username, 'phone', u.phone, 'email_taken', coalesce(u.email_taken, false),
      'phone_taken', coalesce(u.phone_taken, false),
      'email_proven', u.email_proven_at IS NOT NULL, 'phone_proven', u.phone_proven_at IS NOT NULL,
      'completed', coalesce(s.stage = 'signed_in', false) OR u.completed_at IS NOT NULL) ORDER BY a.id)
    FROM (SELECT * FROM browser_attempts WHERE browser_session_id = b.id ORDER BY id DESC LIMIT ${LISTED_ATTEMPTS}::int) a
    LEFT JOIN sessions s ON s.browser_attempt_id = a.id
    LEFT JOIN accounts x ON x.id = a.account_id AND x.disabled_at IS NULL
    LEFT JOIN sign_ups u ON u.id = a.id`;
}

function signIns(now: Date): Sql {
  return sql`
    SELECT json_agg(json_build_object('id', s.id::text, 'user_id', s.account_id::text, 'created_at', s.signed_in_at,
      'amr', jsonb_path_query_array(s.amr, '$[*].method')) ORDER BY s.signed_in_at, s.id)
    FROM sessions s JOIN accounts x ON x.id = s.account_id
    WHERE s.browser_session_id = b.id AND s.stage = 'signed_in' AND s.ended_at IS NULL
      AND s.expires_at > ${now}::timestamptz AND x.security_stamp <= s.security_stamp AND x.disabled_at IS NULL`;
}
