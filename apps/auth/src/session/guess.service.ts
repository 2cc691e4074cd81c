import { Injectable } from '@nestjs/common';
import { lockOwner, takenName } from '@app/accounts';
import type { RedeemOutcome, Redemption } from '@app/attempts';
import { audit, auditRefusal, type AuditEvent } from '@app/audit';
import { Database, type Effect, exists, of, ofOne, part, type Part, sql, statement } from '@app/database';
import {
  AuthError,
  digest,
  randomToken,
  secondsUntil,
  type AuthErrorCode,
  type RequestContext,
} from '@app/kernel';
import {
  type AwaitedFactor,
  inSession,
  recordRefusal,
  retryOnConflict,
  SecondFactorCheck,
  shareOwner,
} from '@app/sign-in';
import { BrowserSessions, type Flow, type LockedBrowser, type StagedSession } from '@app/sessions';
import type { Browser } from './browser.js';

/** The browser session of a guess, locked; what can be proven in it; and the same while its account may sign in. */
export interface Gate<Row extends Flow = Flow> {
  browser: Part<LockedBrowser>;
  flow: Part<Row>;
  allowed: Part<Row>;
}

/** One guess: how it is checked, and what a right one makes; `also`: what else. */
export interface Guess {
  redemption: Redemption;
  proven: Part<StagedSession>;
  also?: Effect[];
  /** Whether a new code can be tried although the guesses of its address are spent. */
  renewable?: boolean;
}

interface Decision {
  outcome: RedeemOutcome;
  known: boolean;
  proven: boolean;
  refills_at: Date | null;
}

/** What the protocol tells its clients to wait when a code has borne all its wrong tries. */
const WAIT_SECONDS = 300;

/** Puts a guess to the attempts, in one statement with everything a right one leads to. */
@Injectable()
export class GuessService {
  constructor(
    private readonly database: Database,
    private readonly browsers: BrowserSessions,
    private readonly check: SecondFactorCheck,
  ) {}

  gate<Row extends Flow>(
    call: RequestContext,
    browser: Browser,
    find: (browser: Part<LockedBrowser>) => Part<Row>,
  ): Gate<Row> {
    const locked = this.browsers.locked(call, browser);
    const flow = find(locked);
    const held = lockOwner(flow, 'SHARE');
    const allowed = part<Row>(
      'allowed',
      sql`
        SELECT f.* FROM ${flow} f WHERE f.account_id IS NULL OR f.account_id IN (SELECT account_id FROM ${held})`,
    );
    return { browser: locked, flow, allowed };
  }

  /** Answers the new token of the browser session: each proof gives it one, so that no earlier holder shares it. */
  async decide(
    call: RequestContext,
    { browser, flow }: Gate,
    event: AuditEvent,
    { redemption, proven, also = [], renewable = false }: Guess,
  ): Promise<string> {
    const token = randomToken(256);
    const { verdict, budget } = redemption;
    const answer = {
      outcome: ofOne(verdict, 'outcome'),
      known: exists(flow),
      proven: exists(proven),
      refills_at: of(budget, 'refills_at'),
    };
    const decided = await this.database.row(
      statement(
        answer,
        redemption,
        this.browsers.rotate(call, digest(token), proven, browser),
        this.browsers.replace(call, proven, browser),
        audit(call, event, verdict),
        ...also,
      ),
    );
    const decision = decided as Decision;
    if (decision.outcome !== 'redeemed' || !decision.proven) throw refusalOf(decision, call.now, renewable);
    return token;
  }

  /** What the account of a sign-in is proven by; nothing when the sign-in is over. */
  async awaited(
    call: RequestContext,
    browser: Browser,
    attemptId: string,
    code: string,
  ): Promise<AwaitedFactor | undefined> {
    const flow = this.browsers.pending(call, attemptId, this.browsers.locked(call, browser), shareOwner);
    const { awaited, effects } = this.check.find(call, inSession, flow, code);
    const row = await retryOnConflict(() => this.database.row(statement(awaited, ...effects)));
    return row && this.check.read(row);
  }

  /** The code was right, and somebody else has a name of the sign-up meanwhile: nothing has happened, which is recorded apart. */
  async refuseTaken(call: RequestContext, error: unknown): Promise<never> {
    const name = takenName(error);
    if (!name) throw error;
    return recordRefusal(this.database, call, 'sign_up.verify')(new AuthError(`${name}_taken`));
  }

  /** What no guess was made at: there is no such attempt, or no longer, or what was typed can be no code. */
  async refuse(
    call: RequestContext,
    event: AuditEvent,
    code: 'attempt_not_found' | 'code_wrong' = 'attempt_not_found',
  ): Promise<never> {
    const outcome = code === 'code_wrong' ? 'no_code' : 'absent';
    await this.database.rows(auditRefusal(call, event, { outcome, accountId: null }));
    throw new AuthError(code);
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

function refusalOf({ outcome, known, refills_at }: Decision, now: Date, renewable: boolean): AuthError {
  const code = known ? REFUSALS[outcome] : 'attempt_not_found';
  if (code !== 'guesses_spent') return new AuthError(code);
  const waits = outcome === 'budget_spent' && !renewable && refills_at;
  return new AuthError(code, { retryAfterSeconds: waits ? secondsUntil(refills_at, now) : WAIT_SECONDS });
}
