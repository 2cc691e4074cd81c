import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { isCurrent, raw, sql, type Sql } from '@app/database';
import { plusSeconds, type Call } from '@app/kernel';
import type { IssuedToken, PresentedToken } from './refresh-tokens.js';
import type { AuthenticationMethod } from './session.entity.js';

/**
 * What a presented refresh token is to its session: the newest; the one before, within the grace, because two calls
 * crossed (`concurrent`) or the answer never came (`lost_answer`); any other one of the family (`replay`); or of
 * a session that is over.
 */
export type RefreshState = 'current' | 'concurrent' | 'lost_answer' | 'replay' | 'expired' | 'ended';

export interface RefreshedSession {
  id: string;
  method: AuthenticationMethod['method'];
  token: IssuedToken & { familyHash: string };
}

/** Calls this close to one another crossed on their way; a client that waited in vain takes longer to ask again. */
const CONCURRENT_SECONDS = 1;
const GOOD = sql`('current', 'concurrent', 'lost_answer')`;

/** Sessions that live by a refresh token: parts of the statements that decide about them. */
@Injectable()
export class RefreshRotation {
  constructor(private readonly config: Config) {}

  /**
   * Part: a new session for each row of part `from` (`account_id, security_stamp, stage`):
   * `{session_id, account_id, subject, security_stamp, stage, amr, second_factor_at}`.
   */
  start({ now, client, protocol }: Call, session: RefreshedSession, from: string): Sql {
    const { idleSeconds, absoluteSeconds } = this.config.refresh;
    const [waitsUntil, idleUntil, absolute] = [
      plusSeconds(now, this.config.sessions.pendingSeconds),
      plusSeconds(now, idleSeconds),
      plusSeconds(now, absoluteSeconds),
    ];
    const amr: AuthenticationMethod[] = [{ method: session.method, at: now.toISOString() }];
    return sql`
      INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
        signed_in_at, expires_at, refresh_hash, absolute_ends_at, security_stamp)
      SELECT ${session.id}::bigint, f.account_id, ${protocol}, f.stage, ${session.token.familyHash},
        ${JSON.stringify(amr)}::jsonb, ${client.address}, ${client.userAgent}, ${now}::timestamptz,
        CASE WHEN f.stage = 'signed_in' THEN ${now}::timestamptz END,
        least(CASE WHEN f.stage = 'signed_in' THEN ${idleUntil}::timestamptz ELSE ${waitsUntil}::timestamptz END,
          ${absolute}::timestamptz),
        ${session.token.hash}, ${absolute}::timestamptz, f.security_stamp
      FROM ${raw(from)} f
      RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp, stage, amr, second_factor_at`;
  }

  /**
   * Part: the session that a token names, locked, and what the token is to it:
   * `{session_id, account_id, subject, security_stamp, stage, state}`; no row for an unknown family.
   */
  presented({ now, protocol }: Call, token: PresentedToken): Sql {
    const graceFrom = plusSeconds(now, -this.config.refresh.graceSeconds);
    return sql`
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT ${isCurrent('s')} THEN 'ended'
        WHEN s.expires_at <= ${now}::timestamptz THEN 'expired'
        WHEN s.refresh_hash = ${token.hash} THEN 'current'
        WHEN s.refresh_previous_hash = ${token.hash} AND s.refresh_rotated_at >= ${graceFrom}::timestamptz THEN
          CASE WHEN s.refresh_rotated_at >= ${plusSeconds(now, -CONCURRENT_SECONDS)}::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s WHERE s.token_hash = ${token.familyHash} AND s.protocol = ${protocol} FOR UPDATE`;
  }

  /** Part: the sessions of part `presented` whose token is good: same columns. */
  good(presented: string): Sql {
    return sql`SELECT * FROM ${raw(presented)} WHERE state IN ${GOOD}`;
  }

  /**
   * Part: turns the token of part `presented` over, or, for the token before it, hands the same successor out again; ends the session
   * that a replay betrays. Answers the session with `refresh_hash`, the digest of the successor that is good now, null when it has ended.
   */
  rotate(call: Call, token: PresentedToken, presented: string): Sql {
    const { now } = call;
    const idleEnd = plusSeconds(now, this.config.refresh.idleSeconds);
    return sql`
      UPDATE sessions s SET ${succession(call, token)},
        expires_at = CASE WHEN p.state IN ${GOOD} AND s.stage = 'signed_in'
          THEN least(${idleEnd}::timestamptz, s.absolute_ends_at) ELSE s.expires_at END,
        ended_at = CASE WHEN p.state = 'replay' THEN ${now}::timestamptz END,
        end_reason = CASE WHEN p.state = 'replay' THEN 'refresh_replayed' END
      FROM ${raw(presented)} p
      WHERE s.id = p.session_id AND p.state IN ('current', 'concurrent', 'lost_answer', 'replay')
      RETURNING s.id AS session_id, s.account_id, s.stage, s.amr, s.second_factor_at,
        CASE WHEN s.ended_at IS NULL THEN s.refresh_hash END AS refresh_hash`;
  }

  /** Part: ends the session whose old token came back, where nothing is rotated yet. */
  endReplayed({ now }: Call, presented: string): Sql {
    return sql`
      UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = 'refresh_replayed'
      FROM ${raw(presented)} p WHERE s.id = p.session_id AND p.state = 'replay' RETURNING s.id AS session_id`;
  }

  /**
   * Part: what a redeemed second factor (part `verdict`, with its `method`) makes of the session in part `presented`: signed in, with
   * a fresh mark, under a new token. Same columns as `rotate`.
   */
  promote(call: Call, token: PresentedToken, presented: string, verdict: string): Sql {
    const { now } = call;
    const idleEnd = plusSeconds(now, this.config.refresh.idleSeconds);
    return sql`
      UPDATE sessions s SET ${succession(call, token)}, stage = 'signed_in', ${proof(now)},
        signed_in_at = coalesce(s.signed_in_at, ${now}::timestamptz),
        expires_at = least(${idleEnd}::timestamptz, s.absolute_ends_at)
      FROM ${raw(presented)} p, ${raw(verdict)} v WHERE v.outcome = 'redeemed' AND s.id = p.session_id
      RETURNING s.id AS session_id, s.account_id, s.refresh_hash, s.stage, s.amr, s.second_factor_at`;
  }

  /** Part: a fresh mark for the session of a redeemed attempt (part `verdict`, with its `security_stamp`), which keeps its token: `{session_id}`. */
  mark({ now }: Call, verdict: string): Sql {
    return sql`
      UPDATE sessions s SET ${proof(now)}, security_stamp = v.security_stamp FROM ${raw(verdict)} v
      WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id`;
  }
}

/** The successor that was handed out already stays; otherwise the one under the signing key takes its place. */
function succession({ now }: Call, { hash, successors }: PresentedToken): Sql {
  const known = successors.map((successor) => successor.hash);
  return sql`
    refresh_hash = CASE WHEN p.state = 'replay' OR s.refresh_hash = ANY(${known}::text[]) THEN s.refresh_hash
      ELSE ${known[0]} END,
    refresh_previous_hash = CASE WHEN p.state = 'current' THEN ${hash} ELSE s.refresh_previous_hash END,
    refresh_rotated_at = CASE WHEN p.state = 'current' THEN ${now}::timestamptz ELSE s.refresh_rotated_at END`;
}

/** The newest proof of each method is kept: a session that is marked anew for months does not grow. */
function proof(now: Date): Sql {
  return sql`
    second_factor_at = ${now}::timestamptz,
    amr = coalesce((SELECT jsonb_agg(m) FROM jsonb_array_elements(s.amr) m WHERE m->>'method' <> v.method), '[]')
      || jsonb_build_object('method', v.method, 'at', ${now.toISOString()}::text)`;
}
