import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { after, empty, isCurrent, part, type Part, sql, type Sql } from '@app/database';
import { EVENTS, plusSeconds, type RequestContext } from '@app/kernel';
import { insertSession, proofs } from './insert-session.js';
import type { IssuedToken, PresentedToken } from './refresh-tokens.js';
import type { AuthenticationMethod, SessionStage } from './session.entity.js';
import type { SessionOwner, Proof, SessionRow } from './sessions.repository.js';

/**
 * What a presented refresh token is to its session: the newest; the one before, within the grace, because two calls
 * crossed (`concurrent`) or the answer never came (`lost_answer`); any other one of the family (`replay`); or of
 * a session that is over.
 */
export type RefreshState = 'current' | 'concurrent' | 'lost_answer' | 'replay' | 'expired' | 'ended';

/** A session that lives by a refresh token, as far as its tokens say it. */
export interface RefreshSession extends SessionRow {
  stage: SessionStage;
  amr: AuthenticationMethod[];
  second_factor_at: Date | null;
}

/** The account of which a session is to be, and what that waits for. */
export interface StartedBy extends SessionOwner {
  stage: string;
}

/** The same once its token was turned over: `refresh_hash` is the digest of the one that is good now, null when it has ended. */
export interface RotatedSession extends Omit<RefreshSession, 'subject' | 'security_stamp'> {
  refresh_hash: string | null;
}

/** The session that a token names, and what the token is to it. */
export interface PresentedSession extends SessionRow {
  stage: SessionStage;
  state: RefreshState;
}

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
   * A new session of the account.
   */
  start(call: RequestContext, session: RefreshedSession, from: Part<StartedBy>): Part<RefreshSession> {
    const { idleSeconds, absoluteSeconds } = this.config.refresh;
    const columns = {
      id: session.id,
      tokenHash: session.token.familyHash,
      stage: sql`f.stage`,
      amr: proofs(call, session.method),
      signedInUntil: plusSeconds(call.now, Math.min(idleSeconds, absoluteSeconds)),
      pendingUntil: plusSeconds(call.now, Math.min(this.config.sessions.pendingSeconds, absoluteSeconds)),
      refreshHash: session.token.hash,
      absoluteEndsAt: plusSeconds(call.now, absoluteSeconds),
    };
    return insertSession(call, this.config.sessions, columns, from);
  }

  /**
   * The session that a token names, locked, and what the token is to it; no row for an unknown family. `account`: locks its account,
   * before the session as everywhere, for a statement that makes something for that.
   */
  presented(
    { now, protocol }: RequestContext,
    token: PresentedToken,
    account?: (owner: Part<{ account_id: string }>) => Part,
  ): Part<PresentedSession> {
    const ofFamily = sql`s.token_hash = ${token.familyHash} AND s.protocol = ${protocol}`;
    const owner = part<{ account_id: string }>(
      'owner',
      sql`SELECT s.account_id FROM sessions s WHERE ${ofFamily}`,
    );
    const graceFrom = plusSeconds(now, -this.config.refresh.graceSeconds);
    return part(
      'presented',
      sql`
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp, s.stage, CASE
        WHEN s.ended_at IS NOT NULL OR NOT ${isCurrent('s')} THEN 'ended'
        WHEN s.expires_at <= ${now}::timestamptz THEN 'expired'
        WHEN ${isNewest(token.hash)} THEN 'current'
        WHEN ${isBefore(token.hash, graceFrom)} THEN
          CASE WHEN s.refresh_rotated_at >= ${plusSeconds(now, -CONCURRENT_SECONDS)}::timestamptz THEN 'concurrent'
            ELSE 'lost_answer' END
        ELSE 'replay' END AS state
      FROM sessions s${account ? sql` CROSS JOIN ${after(account(owner))}` : empty} WHERE ${ofFamily} FOR UPDATE OF s`,
    );
  }

  /** The session, if its token is good. */
  good(presented: Part<PresentedSession>): Part<PresentedSession> {
    return part('good', sql`SELECT * FROM ${presented} WHERE state IN ${GOOD}`);
  }

  /**
   * Turns the token over, or, for the token before it, hands the same successor out again; ends the session that a replay betrays.
   */
  rotate(
    call: RequestContext,
    token: PresentedToken,
    presented: Part<PresentedSession>,
  ): Part<RotatedSession> {
    const { now } = call;
    const idleEnd = plusSeconds(now, this.config.refresh.idleSeconds);
    return part(
      'rotated',
      sql`
      UPDATE sessions s SET ${succession(call, token)},
        expires_at = CASE WHEN p.state IN ${GOOD} AND s.stage = 'signed_in'
          THEN least(${idleEnd}::timestamptz, s.absolute_ends_at) ELSE s.expires_at END,
        ended_at = CASE WHEN p.state = 'replay' THEN ${now}::timestamptz END,
        end_reason = CASE WHEN p.state = 'replay' THEN ${EVENTS.refresh_replayed.reason}::text END
      FROM ${presented} p
      WHERE s.id = p.session_id AND p.state IN ('current', 'concurrent', 'lost_answer', 'replay')
      RETURNING s.id AS session_id, s.account_id, s.stage, s.amr, s.second_factor_at,
        CASE WHEN s.ended_at IS NULL THEN s.refresh_hash END AS refresh_hash`,
    );
  }

  /** Ends the session whose old token came back, where nothing is rotated yet. */
  endReplayed({ now }: RequestContext, presented: Part<PresentedSession>): Part<{ session_id: string }> {
    return part(
      'ended',
      sql`
      UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${EVENTS.refresh_replayed.reason}
      FROM ${presented} p WHERE s.id = p.session_id AND p.state = 'replay' RETURNING s.id AS session_id`,
    );
  }

  /**
   * What a redeemed second factor makes of the session: signed in, with a fresh mark, under a new token.
   */
  promote(
    call: RequestContext,
    token: PresentedToken,
    presented: Part<PresentedSession>,
    verdict: Part<Pick<Proof, 'outcome' | 'method'>>,
  ): Part<RotatedSession> {
    const { now } = call;
    const idleEnd = plusSeconds(now, this.config.refresh.idleSeconds);
    return part(
      'promoted',
      sql`
      UPDATE sessions s SET ${succession(call, token)}, stage = 'signed_in', ${proof(now)},
        signed_in_at = coalesce(s.signed_in_at, ${now}::timestamptz),
        expires_at = least(${idleEnd}::timestamptz, s.absolute_ends_at)
      FROM ${presented} p, ${verdict} v WHERE v.outcome = 'redeemed' AND s.id = p.session_id
      RETURNING s.id AS session_id, s.account_id, s.refresh_hash, s.stage, s.amr, s.second_factor_at`,
    );
  }

  /** A fresh mark for the session of a redeemed attempt, which keeps its token. */
  mark({ now }: RequestContext, verdict: Part<Proof>): Part<{ session_id: string }> {
    return part(
      'marked',
      sql`
      UPDATE sessions s SET ${proof(now)}, security_stamp = v.security_stamp FROM ${verdict} v
      WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id`,
    );
  }
}

/** Whether a token is the newest of session `s`; `hash`: `digest` of it. */
export const isNewest = (hash: string | null): Sql => sql`s.refresh_hash = ${hash}::text`;

/** Whether it is the one before, and still good. `graceFrom`: since when the newest may be there. */
export const isBefore = (hash: string | null, graceFrom: Date): Sql =>
  sql`s.refresh_previous_hash = ${hash}::text AND s.refresh_rotated_at >= ${graceFrom}::timestamptz`;

/** The successor that was handed out already stays; otherwise the one under the signing key takes its place. */
function succession({ now }: RequestContext, { hash, successors }: PresentedToken): Sql {
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
