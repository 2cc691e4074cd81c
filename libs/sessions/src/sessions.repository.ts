import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { isCurrent, raw, sql, type Sql } from '@app/database';
import { plusSeconds, type Call } from '@app/kernel';
import type { AuthenticationMethod, SessionStage } from './session.entity.js';

export interface NewSession {
  id: string;
  stage: SessionStage;
  /** `digest` of the credential the client will hold. */
  tokenHash: string;
  method: AuthenticationMethod['method'];
  /** Where it ends earlier than others, as with the token that carries it. */
  expiresAt?: Date;
}

/**
 * The transitions of a session, as parts of the statement that decides about them. A credential is looked up with the
 * protocol of the call: it is good only in the one that issued it.
 */
@Injectable()
export class SessionsRepository {
  constructor(private readonly config: Config) {}

  /** Part: a new session of the account in part `from` (`account_id, security_stamp`): `{session_id, account_id, subject, security_stamp}`. */
  start(call: Call, session: NewSession, from: string): Sql {
    const { now, client, protocol } = call;
    const { stage } = session;
    return sql`
      INSERT INTO sessions (id, account_id, protocol, stage, token_hash, amr, client_address, user_agent, created_at,
        signed_in_at, expires_at, security_stamp)
      SELECT ${session.id}::bigint, f.account_id, ${protocol}, ${stage}, ${session.tokenHash},
        ${amr(session.method, now)}::jsonb, ${client.address}, ${client.userAgent}, ${now}::timestamptz,
        ${stage === 'signed_in' ? now : null}::timestamptz, ${session.expiresAt ?? this.endOf(stage, now)}::timestamptz,
        f.security_stamp
      FROM ${raw(from)} f RETURNING id AS session_id, account_id, account_id::text AS subject, security_stamp`;
  }

  /**
   * Part: the live pending session of this credential, locked: `{session_id, account_id, subject, security_stamp}`. Everything that ends or promotes a
   * session locks it first, so what follows in the statement decides about its newest state. `account`: a part (`account_id`)
   * that locks its account; a statement that goes on to change that has to lock it before the session, as those do that end sessions.
   */
  pending(call: Call, tokenHash: string, account?: string): Sql {
    const of = account ? sql` JOIN ${raw(account)} f ON f.account_id = s.account_id` : sql``;
    return sql`
      SELECT s.id AS session_id, s.account_id, s.account_id::text AS subject, s.security_stamp FROM sessions s${of}
      WHERE ${live(call, tokenHash, 'pending')} FOR UPDATE OF s`;
  }

  /** Part: whose it is, not locked: to lock the account before it: `{account_id}`. */
  pendingOwner(call: Call, tokenHash: string): Sql {
    return sql`SELECT s.account_id FROM sessions s WHERE ${live(call, tokenHash, 'pending')}`;
  }

  /**
   * Part: makes the session of a redeemed attempt (part `verdict`, with its `method` and `security_stamp`) a signed-in one, under a
   * new credential; the pending one dies with it.
   */
  promote({ now }: Call, tokenHash: string, verdict: string): Sql {
    return sql`
      UPDATE sessions s SET stage = 'signed_in', token_hash = ${tokenHash}, security_stamp = v.security_stamp,
        amr = s.amr || jsonb_build_object('method', v.method, 'at', ${now.toISOString()}::text),
        signed_in_at = ${now}::timestamptz, expires_at = ${this.endOf('signed_in', now)}::timestamptz
      FROM ${raw(verdict)} v WHERE v.outcome = 'redeemed' AND s.id = v.session_id RETURNING s.id AS session_id`;
  }

  /** Part: a new life from now on: `{session_id, account_id}`, no row when there is no such session. */
  renew(call: Call, tokenHash: string): Sql {
    return sql`
      UPDATE sessions s SET expires_at = ${this.endOf('signed_in', call.now)}::timestamptz
      WHERE ${live(call, tokenHash, 'signed_in')} RETURNING s.id AS session_id, s.account_id`;
  }

  /** Part: ends the session: `{session_id, account_id}`, no row when there is no such session. */
  end(call: Call, tokenHash: string, reason: string): Sql {
    return sql`
      UPDATE sessions s SET ended_at = ${call.now}::timestamptz, end_reason = ${reason}
      WHERE ${live(call, tokenHash, 'signed_in')} RETURNING s.id AS session_id, s.account_id`;
  }

  private endOf(stage: SessionStage, now: Date): Date {
    const { pendingSeconds, lifeSeconds } = this.config.sessions;
    return plusSeconds(now, stage === 'pending' ? pendingSeconds : lifeSeconds);
  }
}

/** Part, or the question asked beside the limits: the live signed-in session of a credential: `{session_id, account_id}`. */
export function signedInSession(at: Pick<Call, 'now' | 'protocol'>, tokenHash: string): Sql {
  return sql`SELECT s.id AS session_id, s.account_id FROM sessions s WHERE ${live(at, tokenHash, 'signed_in')}`;
}

function live(
  { now, protocol }: Pick<Call, 'now' | 'protocol'>,
  tokenHash: string,
  stage: SessionStage,
): Sql {
  return sql`s.token_hash = ${tokenHash} AND s.protocol = ${protocol} AND s.stage = ${stage}
    AND s.ended_at IS NULL AND s.expires_at > ${now}::timestamptz AND ${isCurrent('s')}`;
}

function amr(method: AuthenticationMethod['method'], now: Date): string {
  return JSON.stringify([{ method, at: now.toISOString() }] satisfies AuthenticationMethod[]);
}
