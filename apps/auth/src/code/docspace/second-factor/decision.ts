import { Injectable } from '@nestjs/common';
import type { RedeemOutcome } from '@app/attempts';
import { isLinkedElsewhere } from '@app/accounts';
import { audit, auditRefusal } from '@app/audit';
import { Database, type Parts, sql, statementOf, together, violatedConstraint } from '@app/database';
import { AuthError, secondsUntil, type Call } from '@app/kernel';
import { crossing } from './attempts.js';
import { DocspaceConnections } from './connections.js';
import { DocspaceFactorCheck, type AwaitedFactor, type AwaitedRow } from './factor-check.js';

interface Verdict {
  outcome: RedeemOutcome;
  /** Of the attempt, and of the account's guesses when they are spent. */
  expires_at: Date | null;
  refills_at: Date | null;
  session_id: string | null;
}

/**
 * The second factor, for whoever may try it: part `held` of a gate has the account. Two statements: what the account is
 * proven by, because only the process can read an authenticator's secret; then the check with everything that comes of it.
 */
@Injectable()
export class DocspaceDecision {
  constructor(
    private readonly database: Database,
    private readonly check: DocspaceFactorCheck,
    private readonly connections: DocspaceConnections,
  ) {}

  /** Undefined: nobody is at the gate. `gate`: with part `held`; `also`: what has to happen in any case. */
  async await(call: Call, gate: Parts, also: Parts, code: string): Promise<AwaitedFactor | undefined> {
    const parts = together(gate, this.check.find(call, code), also);
    const row = await crossing(() =>
      this.database.row<AwaitedRow>(statementOf(parts, sql`SELECT * FROM awaited`)),
    );
    if (!row) return undefined;
    const awaited = this.check.read(row);
    const unset = awaited.second_factor === 'totp' && !awaited.totp_secret && !awaited.setup;
    if (awaited.second_factor !== 'none' && !unset) return awaited;
    await this.database.rows(
      auditRefusal(call, 'code.verify', { outcome: 'no_factor', accountId: row.account_id }),
    );
    throw new AuthError('attempt_not_found');
  }

  /** `session`: parts that make the session of part `proven`, ending in `session`. */
  async decide(call: Call, gate: Parts, awaited: AwaitedFactor, code: string, session: Parts): Promise<void> {
    const redeeming = this.check.redeem(call, awaited, code);
    const connects = 'connected' in redeeming && awaited.setup;
    const announced = connects ? this.connections.announce(call, connects.factor) : {};
    const parts = together(gate, redeeming, session, announced, {
      decided: sql`
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM verdict v LEFT JOIN session s ON true`,
      audited: audit(call, 'code.verify', 'decided'),
    });
    const answer = sql`
      SELECT d.outcome, d.session_id, (SELECT expires_at FROM target) AS expires_at,
        (SELECT refills_at FROM budget) AS refills_at FROM decided d`;
    const verdict = await this.database.row<Verdict>(statementOf(parts, answer)).catch(refuseOvertaken);
    this.connections.announced();
    if (verdict?.outcome !== 'redeemed' || !verdict.session_id) throw refusalOf(verdict as Verdict, call.now);
  }
}

/** A code that was never sent is not available; one whose tries, or those of its account, are spent can be waited for. */
function refusalOf({ outcome, expires_at, refills_at }: Verdict, now: Date): AuthError {
  if (outcome === 'absent') return new AuthError('attempt_not_found');
  const until = { exhausted: expires_at, budget_spent: refills_at }[outcome as string];
  if (until === undefined) return new AuthError('code_wrong');
  return new AuthError('guesses_spent', { retryAfterSeconds: until ? secondsUntil(until, now) : 1 });
}

/**
 * Another account has proven the number meanwhile, or the identity was linked to another account: nothing of the statement has
 * happened, the code is not burnt.
 */
function refuseOvertaken(error: unknown): never {
  if (violatedConstraint(error) === 'accounts_phone_key') throw new AuthError('phone_taken');
  throw isLinkedElsewhere(error) ? new AuthError('credentials_wrong') : error;
}
