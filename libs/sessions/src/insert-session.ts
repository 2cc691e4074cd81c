import { after, empty, join, part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { AuthenticationMethod, SessionStage } from './session.entity.js';
import type { SessionRules } from './session-rules.js';
import type { SessionOwner, SessionRow } from './sessions.repository.js';
import { surplusSessions } from './surplus-sessions.js';

/** A session that has just been made. */
export interface MadeSession extends SessionRow {
  stage: SessionStage;
  amr: AuthenticationMethod[];
  second_factor_at: Date | null;
}

/** The columns of a new session that its kind decides about, as SQL over row `f` of its source. */
export interface SessionColumns {
  id: string;
  /** `digest` of the credential that the client will hold. */
  tokenHash: string;
  stage: Sql;
  amr: Sql;
  /** Until when it lives signed in, and while it waits for a second factor. */
  signedInUntil: Date;
  pendingUntil: Date;
  /** Whether the second factor has been proven with it. */
  bothFactors?: boolean;
  refreshHash?: string;
  absoluteEndsAt?: Date;
  browserSessionId?: Sql;
  browserAttemptId?: Sql;
}

/**
 * The one INSERT of sessions: a session for the row `f` of `from`, with `account_id` and the `security_stamp` that was read with
 * the proof, so that whatever happens to the account meanwhile ends it. What the account then has too many ends with it.
 *
 * `beside`: what else the columns are taken from.
 */
export function insertSession(
  call: RequestContext,
  rules: SessionRules,
  columns: SessionColumns,
  from: Part<SessionOwner>,
  beside: Sql = empty,
): Part<MadeSession> {
  const { now, client, protocol } = call;
  const { id, tokenHash, stage, amr, signedInUntil, pendingUntil, bothFactors = false } = columns;
  const { refreshHash = null, absoluteEndsAt = null } = columns;
  const { browserSessionId = sql`NULL::bigint`, browserAttemptId = sql`NULL::bigint` } = columns;
  const signedIn = sql`(${stage}) = 'signed_in'`;
  return part(
    'session',
    sql`
    INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
      signed_in_at, second_factor_at, expires_at, refresh_hash, absolute_ends_at, browser_session_id, browser_attempt_id,
      security_stamp)
    SELECT ${id}::bigint, f.account_id, ${protocol}, ${stage}, ${tokenHash}, ${amr}, ${client.address}, ${client.userAgent},
      ${now}::timestamptz, CASE WHEN ${signedIn} THEN ${now}::timestamptz END, ${bothFactors ? now : null}::timestamptz,
      CASE WHEN ${signedIn} THEN ${signedInUntil}::timestamptz ELSE ${pendingUntil}::timestamptz END, ${refreshHash},
      ${absoluteEndsAt}::timestamptz, ${browserSessionId}, ${browserAttemptId}, f.security_stamp
    FROM ${from} f ${beside} CROSS JOIN ${after(surplusSessions(call, rules, from))}
    RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at`,
  );
}

/** One proof, given now. `method`: SQL where a row says it. */
export function proofs(
  { now }: Pick<RequestContext, 'now'>,
  ...methods: (AuthenticationMethod['method'] | Sql)[]
): Sql {
  const at = now.toISOString();
  const objects = methods.map(
    (method) => sql`jsonb_build_object('method', ${method}::text, 'at', ${at}::text)`,
  );
  return sql`jsonb_build_array(${join(objects)})`;
}
