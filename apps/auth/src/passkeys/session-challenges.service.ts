import { Injectable } from '@nestjs/common';
import { keyHolderOf, type OfAccount } from '@app/accounts';
import { AttemptsRepository, type AttemptPurpose } from '@app/attempts';
import { audit, type AuditEvent, type Recorded } from '@app/audit';
import { Database, of, part, type Part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import type { TokenSession } from '@app/sessions';
import { Freshness, sessionAndAccount } from '@app/sign-in';
import type { OpenChallenge } from '../recovery/open-challenge.js';

/** What somebody who is signed in asks a challenge for, and as what that is recorded. */
const EVENTS = {
  registration_proof: 'registration.init',
  user_action: 'user_action.init',
} as const satisfies Partial<Record<AttemptPurpose, AuditEvent>>;

/** Challenges for keys of somebody who is signed in, each good for that one session. */
@Injectable()
export class SessionChallenges {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly freshness: Freshness,
  ) {}

  /**
   * Needs a fresh proof: a session that was left open somewhere must not leave a way in. `token`: what the challenge is found by.
   *
   * @throws AuthError `session_not_found`, `proof_stale`
   */
  async open(
    call: RequestContext,
    sessionId: string,
    purpose: keyof typeof EVENTS,
    token: string,
  ): Promise<OpenChallenge> {
    const session = sessionAndAccount(call, sessionId, 'SHARE');
    const fresh = this.freshness.fresh(call, session);
    const opened = this.attempts.openChallenge(
      call,
      { purpose, factor: 'second', method: 'key', token },
      fresh,
    );
    const verdict = sessionVerdict(session, fresh, 'begun');
    const answer = { outcome: of(verdict, 'outcome'), holder: of(keyHolderOf(fresh), 'holder') };
    const row = await this.database.row(statement(answer, opened, audit(call, EVENTS[purpose], verdict)));
    if (!row?.holder) throw new AuthError(row?.outcome === 'stale' ? 'proof_stale' : 'session_not_found');
    return { token, holder: row.holder };
  }
}

/**
 * How it ended, for a session whose proof may be `stale`; no row without a session. `done`: what was to happen, `absent` where it has not.
 */
export function sessionVerdict(
  session: Part<TokenSession>,
  fresh: Part<OfAccount & { session_id: string }>,
  outcome: string,
  done: Part<OfAccount> = fresh,
): Part<Recorded> {
  return part(
    'verdict',
    sql`
    SELECT CASE WHEN f.session_id IS NULL THEN 'stale' WHEN d.account_id IS NULL THEN 'absent' ELSE ${outcome}::text END AS outcome,
      s.account_id, s.session_id, NULL::bigint AS attempt_id
    FROM ${session} s LEFT JOIN ${fresh} f ON true LEFT JOIN ${done} d ON true`,
  );
}
