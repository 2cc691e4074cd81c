import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { isCurrent, part, type Part, sql } from '@app/database';
import { EVENTS, plusSeconds, type RequestContext } from '@app/kernel';
import type {
  BrowserReference,
  BrowserStart,
  Flow,
  LockedBrowser,
  NewBrowserAttempt,
} from './browser-session.js';
import { withoutCredential, type StagedSession } from './browser-sign-in.js';
import { isSignedIn } from './conditions.js';
import { insertSession, proofs } from './insert-session.js';
import type { SessionStage } from './session.entity.js';
import type { SessionOwner, OwnedSession, Proof, SessionRow } from './sessions.repository.js';

/** How long a browser session lives that nobody has signed in to, and one that somebody has. */
const EMPTY = 'emptySeconds';
const USED = 'lifeSeconds';
type Life = typeof EMPTY | typeof USED;

/**
 * The transitions of a browser session, as parts of the statement that decides about them.
 *
 * Every statement that changes something begins with `locked`: it finds the session by the token the request came with,
 * so that a request which waited while another rotated the token finds nothing and changes nothing.
 */
@Injectable()
export class BrowserSessions {
  constructor(private readonly config: Config) {}

  /** A new browser session without any sign-in, for the row of `admitted`. */
  create({ now }: RequestContext, { id, tokenHash }: BrowserReference, admitted: Part): Part<{ id: string }> {
    return part(
      'made',
      sql`
      INSERT INTO browser_sessions (id, token_hash, rotated_at, created_at, expires_at)
      SELECT ${id}::bigint, ${tokenHash}, ${now}::timestamptz, ${now}::timestamptz, ${this.endOf(now, EMPTY)}::timestamptz
      FROM ${admitted} RETURNING id::text AS id`,
    );
  }

  /** The live browser session, locked. */
  locked({ now }: RequestContext, { id, tokenHash }: BrowserReference): Part<LockedBrowser> {
    return part(
      'browser',
      sql`
      SELECT b.id AS browser_session_id FROM browser_sessions b
      WHERE b.id = ${id}::bigint AND b.token_hash = ${tokenHash} AND b.expires_at > ${now}::timestamptz FOR UPDATE`,
    );
  }

  /** Begins an attempt of the browser session, for this subject. */
  begin(
    { now }: RequestContext,
    attempt: NewBrowserAttempt,
    browser: Part<LockedBrowser>,
    subject: Part<{ subject: string; account_id: string | null }>,
  ): Part<Flow> {
    const expiresAt = plusSeconds(now, this.config.browserSessions.attemptSeconds);
    return part(
      'begun',
      sql`
      INSERT INTO browser_attempts (id, browser_session_id, kind, method, subject, account_id, created_at, expires_at)
      SELECT ${attempt.id}::bigint, b.browser_session_id, ${attempt.kind}, ${attempt.method}, s.subject, s.account_id,
        ${now}::timestamptz, ${expiresAt}::timestamptz
      FROM ${browser} b CROSS JOIN ${subject} s RETURNING id, subject, account_id, NULL::bigint AS session_id`,
    );
  }

  /**
   * The attempt of the browser session, as long as its first factor is still to be proven.
   */
  unproven({ now }: RequestContext, attemptId: string, browser: Part<LockedBrowser>): Part<Flow> {
    return part(
      'flow',
      sql`
      SELECT a.id, a.subject, a.account_id, NULL::bigint AS session_id
      FROM browser_attempts a JOIN ${browser} b USING (browser_session_id)
      WHERE a.id = ${attemptId}::bigint AND a.expires_at > ${now}::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)`,
    );
  }

  /**
   * Gives an attempt that was begun for nobody to whoever has proven a first factor, as long as nobody has; see `unproven`.
   */
  claim(
    { now }: RequestContext,
    attemptId: string,
    browser: Part<LockedBrowser>,
    account: Part<{ account_id: string }>,
  ): Part<Flow> {
    return part(
      'claimed',
      sql`
      UPDATE browser_attempts a SET account_id = f.account_id, subject = f.account_id::text FROM ${browser} b, ${account} f
      WHERE a.id = ${attemptId}::bigint AND a.browser_session_id = b.browser_session_id AND a.account_id IS NULL
        AND a.expires_at > ${now}::timestamptz
        AND NOT EXISTS (SELECT FROM sessions s WHERE s.browser_attempt_id = a.id)
      RETURNING a.id, a.subject, a.account_id, NULL::bigint AS session_id`,
    );
  }

  /**
   * The pending session of that attempt, locked. Whoever ends the session locks it too. `account`: locks its account, before the
   * session as everywhere: in the other order this statement and one that ends sessions would wait for each other.
   */
  pending(
    { now }: RequestContext,
    attemptId: string,
    browser: Part<LockedBrowser>,
    account: (owner: Part<{ account_id: string }>) => Part<{ account_id: string }>,
  ): Part<Flow & SessionRow> {
    const isPending = sql`s.browser_attempt_id = ${attemptId}::bigint AND s.stage = 'pending' AND s.ended_at IS NULL
        AND s.expires_at > ${now}::timestamptz`;
    const owner = part<{ account_id: string }>(
      'owner',
      sql`SELECT s.account_id FROM sessions s JOIN ${browser} b USING (browser_session_id) WHERE ${isPending}`,
    );
    return part(
      'flow',
      sql`
      SELECT s.browser_attempt_id AS id, s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
      FROM sessions s JOIN ${browser} b USING (browser_session_id) JOIN ${account(owner)} h ON h.account_id = s.account_id
      WHERE ${isPending} AND ${isCurrent('s')} FOR UPDATE OF s`,
    );
  }

  /**
   * A session of the account inside the browser session, for an attempt that needed no code. Nobody holds a credential of it.
   */
  start(
    call: RequestContext,
    session: BrowserStart,
    from: Part<SessionOwner>,
    browser: Part<LockedBrowser>,
  ): Part<StagedSession> {
    const columns = {
      ...withoutCredential(call, this.config.sessions),
      id: session.id,
      stage: sql`${session.stage}::text`,
      amr: proofs(call, session.method),
      browserSessionId: sql`b.browser_session_id`,
      browserAttemptId: sql`${session.attemptId}::bigint`,
    };
    return insertSession(call, this.config.sessions, columns, from, sql`CROSS JOIN ${browser} b`);
  }

  /** Makes the pending session of a redeemed second factor a signed-in one. */
  promote({ now }: RequestContext, verdict: Part<Proof>): Part<StagedSession> {
    return part(
      'proven',
      sql`
      UPDATE sessions s SET stage = 'signed_in', signed_in_at = ${now}::timestamptz, second_factor_at = ${now}::timestamptz,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', ${now.toISOString()}::text),
        expires_at = ${plusSeconds(now, this.config.sessions.lifeSeconds)}::timestamptz
      FROM ${verdict} v WHERE v.outcome = 'redeemed' AND s.id = v.session_id
      RETURNING s.id AS session_id, s.account_id, s.stage`,
    );
  }

  /**
   * Gives the browser session a new token and a new life, for each proof; the old token is dead. A signed-in session becomes the active one.
   */
  rotate(
    { now }: RequestContext,
    tokenHash: string,
    proven: Part<Pick<StagedSession, 'session_id' | 'stage'>>,
    browser: Part<LockedBrowser>,
  ): Part<{ id: string }> {
    return part(
      'rotated',
      sql`
      UPDATE browser_sessions b SET token_hash = ${tokenHash}, previous_token_hash = b.token_hash,
        rotated_at = ${now}::timestamptz, expires_at = ${this.endOf(now)}::timestamptz,
        active_session_id = CASE WHEN p.stage = 'signed_in' THEN p.session_id ELSE b.active_session_id END
      FROM ${proven} p, ${browser} l WHERE b.id = l.browser_session_id RETURNING b.id`,
    );
  }

  /** The sign-in that came last to the browser session. */
  newest(
    { now }: RequestContext,
    browser: Part<LockedBrowser>,
  ): Part<{ session_id: string; stage: SessionStage }> {
    return part(
      'proven',
      sql`
      SELECT s.id AS session_id, s.stage FROM sessions s JOIN ${browser} b USING (browser_session_id)
      WHERE ${isSignedIn(now)}
      ORDER BY s.signed_in_at DESC, s.id DESC LIMIT 1`,
    );
  }

  /** Of two sign-ins of one account in one browser the older ends. */
  replace(
    { now }: RequestContext,
    proven: Part<StagedSession>,
    browser: Part<LockedBrowser>,
  ): Part<{ id: string }> {
    return part(
      'replaced',
      sql`
      UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = 'replaced' FROM ${proven} p, ${browser} b
      WHERE p.stage = 'signed_in' AND s.browser_session_id = b.browser_session_id AND s.account_id = p.account_id
        AND s.id <> p.session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL RETURNING s.id`,
    );
  }

  /** Ends a sign-in of the browser session. */
  signOut({ now }: RequestContext, sessionId: string, browser: Part<LockedBrowser>): Part<OwnedSession> {
    return part(
      'changed',
      sql`
      UPDATE sessions s SET ended_at = ${now}::timestamptz, end_reason = ${EVENTS.signed_out_here.reason} FROM ${browser} b
      WHERE s.browser_session_id = b.browser_session_id AND s.stage = 'signed_in' AND s.ended_at IS NULL
        AND s.id = ${sessionId}::bigint RETURNING s.id AS session_id, s.account_id`,
    );
  }

  /** Makes a live sign-in of the browser session the active one. */
  activate({ now }: RequestContext, sessionId: string, browser: Part<LockedBrowser>): Part<OwnedSession> {
    return part(
      'changed',
      sql`
      UPDATE browser_sessions b SET active_session_id = s.id FROM sessions s, ${browser} l
      WHERE b.id = l.browser_session_id AND s.id = ${sessionId}::bigint AND s.browser_session_id = b.id
        AND ${isSignedIn(now)}
      RETURNING s.id AS session_id, s.account_id`,
    );
  }

  /** A new life from now on, written at most once in a minute: a short one until somebody has signed in. */
  roll({ now }: RequestContext, id: string): Part<{ id: string }> {
    const ofItsLife = (empty: Date, used: Date) =>
      sql`CASE WHEN active_session_id IS NULL THEN ${empty}::timestamptz ELSE ${used}::timestamptz END`;
    return part(
      'rolled',
      sql`
      UPDATE browser_sessions SET expires_at = ${ofItsLife(this.endOf(now, EMPTY), this.endOf(now, USED))}
      WHERE id = ${id}::bigint AND expires_at <= ${ofItsLife(this.staleOf(now, EMPTY), this.staleOf(now, USED))} RETURNING id`,
    );
  }

  /** Whether `roll` would write. `activeId`: the sign-in that the browser session acts for, or did when it was last used. */
  isDue(expiresAt: Date, activeId: string | null, now: Date): boolean {
    return expiresAt <= this.staleOf(now, activeId === null ? EMPTY : USED);
  }

  private endOf(now: Date, life: Life = USED): Date {
    return plusSeconds(now, this.config.browserSessions[life]);
  }

  /** Until where a life may have run before it is written anew: without that, every read would be a write. */
  private staleOf(now: Date, life: Life): Date {
    return plusSeconds(this.endOf(now, life), -Math.min(60, this.config.browserSessions[life] / 10));
  }
}
