import { Injectable } from '@nestjs/common';
import { TotpFactors } from '@app/accounts';
import { AttemptsRepository, type NewAttempt, type RedeemOutcome } from '@app/attempts';
import { audit, auditRefusal, type AuditEvent } from '@app/audit';
import { Config } from '@app/config';
import { Database, type Parts, sql, type Sql, statementOf, violatedConstraint } from '@app/database';
import {
  AuthError,
  digest,
  plusSeconds,
  randomToken,
  secondsUntil,
  type AuthErrorCode,
  type Call,
} from '@app/kernel';
import { BrowserSessions } from '@app/sessions';
import type { Browser } from './browser.js';

/** One guess: who it is about, how it is checked, and what a right one makes. */
export interface Guess {
  /** Part `flow`: `{id, subject, account_id, session_id}` of what can be proven now, or no row. */
  flow: Sql;
  /** The parts that end in `verdict`. They find their attempt through part `allowed`, which is `flow` unless disabled. */
  redeem: Parts;
  /** Parts of which `proven` has `{session_id, account_id, stage}` when the guess was right. */
  proven: Parts;
}

interface Verdict {
  outcome: RedeemOutcome;
  known: boolean;
  proven: boolean;
  refills_at: Date | null;
}

export interface KnownAuthenticator {
  account_id: string;
  secret_sealed: string;
}

/** What the protocol tells its clients to wait when a code has borne all its wrong tries. */
const WAIT_SECONDS = 300;

/** Puts a guess to the attempts, in one statement with everything a right one leads to. */
@Injectable()
export class GuessService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly browsers: BrowserSessions,
    private readonly totp: TotpFactors,
    private readonly config: Config,
  ) {}

  /** Answers the new token of the browser session: each proof gives it one, so that no earlier holder shares it. */
  async decide(call: Call, browser: Browser, event: AuditEvent, guess: Guess): Promise<string> {
    const token = randomToken(256);
    const parts: Parts = {
      browser: this.browsers.locked(call, browser),
      flow: guess.flow,
      held: sql`
        SELECT a.id AS account_id FROM accounts a JOIN flow f ON f.account_id = a.id
        WHERE a.disabled_at IS NULL FOR SHARE OF a`,
      allowed: sql`
        SELECT f.* FROM flow f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM held)`,
      ...guess.redeem,
      ...guess.proven,
      rotated: this.browsers.rotate(call, digest(token), 'proven'),
      replaced: this.browsers.replace(call, 'proven'),
      audited: audit(call, event, 'verdict'),
    };
    const answer = sql`
      SELECT outcome, EXISTS (SELECT FROM flow) AS known, EXISTS (SELECT FROM proven) AS proven,
        (SELECT refills_at FROM budget) AS refills_at FROM verdict`;
    const verdict = (await this.database.row<Verdict>(statementOf(parts, answer))) as Verdict;
    if (verdict.outcome !== 'redeemed' || !verdict.proven) throw refusalOf(verdict, call.now);
    return token;
  }

  /**
   * Opens the attempt that counts wrong codes of the account's authenticator, once for a sign-in, and answers the
   * authenticator; nothing when the sign-in is over. The attempt has the id of the browser's, so that a second one
   * cannot be.
   */
  async openTotp(call: Call, browser: Browser, attemptId: string): Promise<KnownAuthenticator | undefined> {
    const attempt: NewAttempt = {
      ...this.attempts.ruleOf('sign_in', call.now),
      id: attemptId,
      purpose: 'sign_in',
      factor: 'second',
      kind: 'totp',
      method: 'otp',
      expiresAt: plusSeconds(call.now, this.config.sessions.pendingSeconds),
      browser: { sessionId: browser.id, attemptId },
    };
    const parts: Parts = {
      browser: this.browsers.locked(call, browser),
      flow: this.browsers.pending(call, attemptId),
      missing: sql`SELECT f.* FROM flow f WHERE NOT EXISTS (SELECT FROM attempts a WHERE a.id = f.id)`,
      ...this.attempts.open(call, attempt, 'missing'),
      secret: this.totp.secret('flow'),
    };
    const answer = sql`SELECT f.account_id::text AS account_id, s.secret_sealed FROM flow f CROSS JOIN secret s`;
    const ask = () => this.database.row<KnownAuthenticator>(statementOf(parts, answer));
    return ask().catch((error: unknown) => {
      // Another call opened it while this one waited for the browser session.
      if (violatedConstraint(error) === 'attempts_pkey') return ask();
      throw error;
    });
  }

  /** There is no such attempt, or no longer. */
  async refuse(call: Call, event: AuditEvent): Promise<never> {
    await this.database.rows(auditRefusal(call, event, { outcome: 'absent', accountId: null }));
    throw new AuthError('attempt_not_found');
  }
}

const REFUSALS: Record<RedeemOutcome, AuthErrorCode> = {
  redeemed: 'attempt_not_found',
  consumed: 'attempt_not_found',
  absent: 'code_wrong',
  wrong: 'code_wrong',
  superseded: 'code_wrong',
  other_kind: 'code_wrong',
  expired: 'code_expired',
  exhausted: 'guesses_spent',
  closed: 'guesses_spent',
  budget_spent: 'guesses_spent',
};

function refusalOf({ outcome, known, refills_at }: Verdict, now: Date): AuthError {
  const code = known ? REFUSALS[outcome] : 'attempt_not_found';
  if (code !== 'guesses_spent') return new AuthError(code);
  const waits = outcome === 'budget_spent' && refills_at;
  return new AuthError(code, { retryAfterSeconds: waits ? secondsUntil(refills_at, now) : WAIT_SECONDS });
}
