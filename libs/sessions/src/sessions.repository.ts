import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { isCurrent, part, type Part, sql, type Sql } from '@app/database';
import { EVENTS, plusSeconds, type RequestContext, type SessionEvent } from '@app/kernel';
import { insertSession, type MadeSession, proofs } from './insert-session.js';
import type { AuthenticationMethod, SessionStage } from './session.entity.js';

export interface NewSession {
  id: string;
  stage: SessionStage;
  /** `digest` of the credential the client will hold. */
  tokenHash: string;
  method: AuthenticationMethod['method'];
  /** The second proof, where both came in one call. */
  second?: Sql;
  /** Where it ends earlier than others, as with the token that carries it. */
  expiresAt?: Date;
}

/** A session as the statement that makes or finds it knows it. */
export interface SessionRow {
  session_id: string;
  account_id: string;
  /** Whose guesses and mails are counted: the account's id. */
  subject: string;
  security_stamp: number;
}

/** A session and whose it is. */
export type OwnedSession = Pick<SessionRow, 'session_id' | 'account_id'>;

/** The account of which a session is to be. */
export interface SessionOwner {
  account_id: string;
  security_stamp: number;
}

/** A guess, as far as a session is concerned. */
export interface Proof {
  outcome: string;
  method: string | null;
  session_id: string | null;
  security_stamp: number | null;
}

/**
 * The transitions of a session, as parts of the statement that decides about them. A credential is looked up with the
 * protocol of the call: it is good only in the one that issued it.
 */
@Injectable()
export class SessionsRepository {
  constructor(private readonly config: Config) {}

  /** A new session of the account in row `f`, of which `second` may say more. */
  start(call: RequestContext, session: NewSession, from: Part<SessionOwner>): Part<MadeSession> {
    const { id, tokenHash, stage, method, second, expiresAt } = session;
    const columns = {
      id,
      tokenHash,
      stage: sql`${stage}::text`,
      amr: proofs(call, method, ...(second ? [second] : [])),
      bothFactors: second !== undefined,
      signedInUntil: expiresAt ?? this.endOf('signed_in', call.now),
      pendingUntil: this.endOf('pending', call.now),
    };
    return insertSession(call, this.config.sessions, columns, from);
  }

  /**
   * The live pending session of this credential, locked. Everything that ends or promotes a
   * session locks it first, so what follows in the statement decides about its newest state. `account`: a part
   * that locks its account; a statement that goes on to change that has to lock it before the session, as those do that end sessions.
   */
  pending(call: RequestContext, tokenHash: string, account?: Part<{ account_id: string }>): Part<SessionRow> {
    const of = account ? sql` JOIN ${account} f ON f.account_id = s.account_id` : sql``;
    return part(
      'pending',
      sql`
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s${of}
      WHERE ${live(call, tokenHash, 'pending')} FOR UPDATE OF s`,
    );
  }

  /**
   * Makes the session of a redeemed attempt a signed-in one, under a new credential; the pending one dies with it.
   */
  promote({ now }: RequestContext, tokenHash: string, verdict: Part<Proof>): Part<OwnedSession> {
    return part(
      'promoted',
      sql`
      UPDATE sessions s SET stage = 'signed_in', token_hash = ${tokenHash}, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', ${now.toISOString()}::text),
        signed_in_at = ${now}::timestamptz, expires_at = ${this.endOf('signed_in', now)}::timestamptz
      FROM ${verdict} v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id, s.account_id`,
    );
  }

  /** A new life from now on; no row when there is no such session. */
  renew(call: RequestContext, tokenHash: string): Part<OwnedSession> {
    return part(
      'renewed',
      sql`
      UPDATE sessions s SET expires_at = ${this.endOf('signed_in', call.now)}::timestamptz
      WHERE ${live(call, tokenHash, 'signed_in')} RETURNING s.id AS session_id, s.account_id`,
    );
  }

  /** Ends the session that the event is about; no row when there is no such session. */
  end(event: SessionEvent, call: RequestContext, tokenHash: string): Part<OwnedSession> {
    return part(
      'ended',
      sql`
      UPDATE sessions s SET ended_at = ${call.now}::timestamptz, end_reason = ${EVENTS[event].reason}
      WHERE ${live(call, tokenHash, 'signed_in')} RETURNING s.id AS session_id, s.account_id`,
    );
  }

  private endOf(stage: SessionStage, now: Date): Date {
    const { pendingSeconds, lifeSeconds } = this.config.sessions;
    return plusSeconds(now, stage === 'pending' ? pendingSeconds : lifeSeconds);
  }
}

/** The live signed-in session of a credential: also asked in the statement that counts the limits. */
export function signedInSession(
  at: Pick<RequestContext, 'now' | 'protocol'>,
  tokenHash: string,
): Part<OwnedSession> {
  return part(
    'session',
    sql`SELECT s.id AS session_id, s.account_id FROM sessions s WHERE ${live(at, tokenHash, 'signed_in')}`,
  );
}

/** A signed-in session, and how it came about. */
export interface SignedInProof extends OwnedSession {
  /** By which it was begun. */
  method: AuthenticationMethod['method'];
  signed_in_at: Date;
}

/** The live signed-in session of a credential with its proof, not locked. */
export function signedInProof(
  at: Pick<RequestContext, 'now' | 'protocol'>,
  tokenHash: string,
): Part<SignedInProof> {
  return part(
    'session',
    sql`
    SELECT s.id AS session_id, s.account_id, s.amr->0->>'method' AS method, s.signed_in_at
    FROM sessions s WHERE ${live(at, tokenHash, 'signed_in')}`,
  );
}

/**
 * The signed-in session of a credential, locked, if it was signed in after `since`. `account`: locks its account, before
 * the session as everywhere.
 */
export function freshSession(
  at: Pick<RequestContext, 'now' | 'protocol'>,
  tokenHash: string,
  since: Date,
  account: Part<{ account_id: string }>,
): Part<SessionRow> {
  return part(
    'fresh',
    sql`
    SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp
    FROM sessions s JOIN ${account} f ON f.account_id = s.account_id
    WHERE ${live(at, tokenHash, 'signed_in')} AND s.signed_in_at > ${since}::timestamptz FOR UPDATE OF s`,
  );
}

/** The live session of a credential that waits for its second factor, not locked. */
export function pendingSession(
  at: Pick<RequestContext, 'now' | 'protocol'>,
  tokenHash: string,
): Part<OwnedSession> {
  return part(
    'owner',
    sql`SELECT s.id AS session_id, s.account_id FROM sessions s WHERE ${live(at, tokenHash, 'pending')}`,
  );
}

/** What has become of a session that waited for its second factor. */
export function pendingState(
  { now, protocol }: Pick<RequestContext, 'now' | 'protocol'>,
  tokenHash: string,
): Part<{ account_id: string; state: 'open' | 'expired' | 'ended' }> {
  return part(
    'pending_state',
    sql`
    SELECT s.account_id, CASE WHEN s.ended_at IS NOT NULL OR NOT ${isCurrent('s')} THEN 'ended'
      WHEN s.expires_at <= ${now}::timestamptz THEN 'expired' ELSE 'open' END AS state
    FROM sessions s WHERE s.token_hash = ${tokenHash} AND s.protocol = ${protocol} AND s.stage = 'pending'`,
  );
}

function live(
  { now, protocol }: Pick<RequestContext, 'now' | 'protocol'>,
  tokenHash: string,
  stage: SessionStage,
): Sql {
  return sql`s.token_hash = ${tokenHash} AND s.protocol = ${protocol} AND s.stage = ${stage}
    AND s.ended_at IS NULL AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')}`;
}
