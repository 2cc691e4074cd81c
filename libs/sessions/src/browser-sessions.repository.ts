import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { isCurrent, raw, sql, type Sql } from '@app/database';
import { digest, plusSeconds, randomToken, type Call } from '@app/kernel';
import type { AuthenticationMethod, SessionStage } from './session.entity.js';

/** The browser session of a call, as its cookie named it. */
export interface BrowserReference {
  id: string;
  tokenHash: string;
}

export interface NewBrowserAttempt {
  id: string;
  kind: 'sign_in' | 'sign_up';
  method: string | null;
}

/** A session made at once, without a code before it. */
export interface BrowserStart {
  id: string;
  attemptId: string;
  stage: SessionStage;
  method: AuthenticationMethod['method'];
}

/**
 * The transitions of a browser session, as parts of the statement that decides about them.
 *
 * Every statement that changes something begins with `locked`: it finds the session by the token the request came with,
 * so that a request which waited while another rotated the token finds nothing and changes nothing.
 */
@Injectable()
export class BrowserSessions {
  constructor(private readonly config: Config) {}

  /** Statement: a new browser session without any sign-in. */
  create({ now }: Call, { id, tokenHash }: BrowserReference): Sql {
    return sql`
      INSERT INTO browser_sessions (id, token_hash, rotated_at, created_at, expires_at)
      VALUES (${id}::bigint, ${tokenHash}, ${now}::timestamptz, ${now}::timestamptz, ${this.endOf(now)}::timestamptz)`;
  }

  /** Part: the live browser session, locked: `{browser_session_id}`. */
  locked({ now }: Call, { id, tokenHash }: BrowserReference): Sql {
    return sql`
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = ${id}::bigint AND b.token_hash = ${tokenHash} AND b.expires_at > ${now}::timestamptz FOR UPDATE`;
  }

  /** Part: begins an attempt of the session in part `browser`, for whom part `subject` names: `{id, subject, account_id}`. */
  begin({ now }: Call, attempt: NewBrowserAttempt): Sql {
    const expiresAt = plusSeconds(now, this.config.browserSessions.attemptSeconds);
    return sql`
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT ${attempt.id}::bigint, b.browser_session_id, ${attempt.kind}, ${attempt.method}, s.subject, s.account_id,
        ${now}::timestamptz, ${expiresAt}::timestamptz
      FROM browser b CROSS JOIN subject s RETURNING id, subject, account_id, NULL::bigint AS session_id`;
  }

  /**
   * Part: the attempt of the session in part `browser`, as long as its first factor is still to be proven:
   * `{id, subject, account_id, session_id}`.
   */
  unproven({ now }: Call, attemptId: string): Sql {
    return sql`
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN browser b USING (browser_session_id)
      WHERE a.id = ${attemptId}::bigint AND a.expires_at > ${now}::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)`;
  }

  /**
   * Part: the pending session of that attempt, locked: `{id, session_id, account_id, subject, security_stamp}`, where `id` is the
   * attempt's. Whoever ends the session locks it too.
   */
  pending({ now }: Call, attemptId: string): Sql {
    return sql`
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN browser b USING (browser_session_id)
      WHERE s.browser_attempt_id = ${attemptId}::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')} FOR UPDATE OF s`;
  }

  /**
   * Part: a session of the account in part `from` (`account_id, security_stamp`), inside the session in part `browser`, for an attempt
   * that needed no code: `{session_id, account_id, stage, subject}`. Nobody holds a credential of it.
   */
  start(call: Call, session: BrowserStart, from: string): Sql {
    const { now, client } = call;
    const { pendingSeconds, lifeSeconds } = this.config.sessions;
    const signedIn = session.stage === 'signed_in';
    const proof: AuthenticationMethod[] = [{ method: session.method, at: now.toISOString() }];
    return sql`
      INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
        signed_in_at, expires_at, browser_session_id, browser_attempt_id, security_stamp)
      SELECT ${session.id}::bigint, f.account_id, 'wacht', ${session.stage}, ${digest(randomToken(256))},
        ${JSON.stringify(proof)}::jsonb, ${client.address}, ${client.userAgent}, ${now}::timestamptz,
        ${signedIn ? now : null}::timestamptz,
        ${plusSeconds(now, signedIn ? lifeSeconds : pendingSeconds)}::timestamptz, b.browser_session_id, ${session.attemptId}::bigint,
        f.security_stamp
      FROM ${raw(from)} f CROSS JOIN browser b
      RETURNING id AS session_id, account_id, stage, account_id::text AS subject`;
  }

  /** Part: makes the pending session of a redeemed second factor (part `verdict`) a signed-in one: `{session_id, account_id, stage}`. */
  promote({ now }: Call, verdict: string): Sql {
    return sql`
      UPDATE sessions s SET stage = 'signed_in', signed_in_at = ${now}::timestamptz,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', ${now.toISOString()}::text),
        expires_at = ${plusSeconds(now, this.config.sessions.lifeSeconds)}::timestamptz
      FROM ${raw(verdict)} v WHERE v.outcome = 'redeemed' AND s.id = v.session_id
      RETURNING s.id AS session_id, s.account_id, s.stage`;
  }

  /**
   * Part: gives the session in part `browser` a new token and a new life, for each proof in part `proven`
   * (`session_id, stage`); the old token is dead. A signed-in session becomes the active one.
   */
  rotate({ now }: Call, tokenHash: string, proven: string): Sql {
    return sql`
      UPDATE browser_sessions b SET token_hash = ${tokenHash}, previous_token_hash = b.token_hash,
        rotated_at = ${now}::timestamptz, expires_at = ${this.endOf(now)}::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM ${raw(proven)} p, browser l WHERE b.id = l.browser_session_id RETURNING b.id`;
  }

  /** Part: the sign-in that came last to the session in part `browser`: `{session_id, stage}`. */
  newest({ now }: Call): Sql {
    return sql`
      SELECT s.id AS session_id, s.stage FROM sessions s JOIN browser b USING (browser_session_id)
      WHERE s.stage = 'signed_in' AND s.ended_at IS NULL AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')}
      ORDER BY s.signed_in_at DESC, s.id DESC LIMIT 1`;
  }

  /** Part: of two sign-ins of one account in one browser the older ends; part `proven` has `session_id, account_id, stage`. */
  replace({ now }: Call, proven: string): Sql {
    return sql`
      UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = 'replaced' FROM ${raw(proven)} p, browser b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id`;
  }

  /** Part: ends a sign-in of the session in part `browser`: `{session_id, account_id}`. */
  signOut({ now }: Call, sessionId: string): Sql {
    return sql`
      UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = 'logout' FROM browser b
      WHERE s.browser_session_id = b.browser_session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL
        AND s.id = ${sessionId}::bigint RETURNING s.id AS session_id, s.account_id`;
  }

  /** Part: makes a live sign-in of the session in part `browser` the active one: `{session_id, account_id}`. */
  activate({ now }: Call, sessionId: string): Sql {
    return sql`
      UPDATE browser_sessions b SET active_session_id = s.id FROM sessions s, browser l
      WHERE b.id = l.browser_session_id AND s.id = ${sessionId}::bigint AND s.browser_session_id = b.id
        AND s.stage = 'signed_in' AND s.ended_at IS NULL AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')}
      RETURNING s.id AS session_id, s.account_id`;
  }

  /** Part: a new life from now on, written at most once in a minute. */
  roll({ now }: Call, id: string): Sql {
    return sql`
      UPDATE browser_sessions SET expires_at = ${this.endOf(now)}::timestamptz
      WHERE id = ${id}::bigint AND expires_at <= ${this.staleOf(now)}::timestamptz RETURNING id`;
  }

  /** Whether `roll` would write. */
  isDue(expiresAt: Date, now: Date): boolean {
    return expiresAt <= this.staleOf(now);
  }

  private endOf(now: Date): Date {
    return plusSeconds(now, this.config.browserSessions.lifeSeconds);
  }

  /** Until where a life may have run before it is written anew: without that, every read would be a write. */
  private staleOf(now: Date): Date {
    return plusSeconds(this.endOf(now), -Math.min(60, this.config.browserSessions.lifeSeconds / 10));
  }
}

/** A batch of attempts that nothing has come of, with what somebody signed up with. What others hold is skipped. */
export function purgeBrowserAttempts(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM browser_attempts WHERE id IN (
      SELECT a.id FROM browser_attempts a
      WHERE a.expires_at <= ${before}::timestamptz AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)
      LIMIT ${batch}::int FOR UPDATE OF a SKIP LOCKED) RETURNING id`;
}

/** A batch of browser sessions that are over, with their attempts. What others hold is skipped. */
export function purgeBrowserSessions(before: Date, batch: number): Sql {
  return sql`
    DELETE FROM browser_sessions WHERE id IN (
      SELECT id FROM browser_sessions WHERE expires_at <= ${before}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}
