import { Injectable } from '@nestjs/common';
import type { RedeemOutcome } from '@app/attempts';
import { BackupCodes, type HeldAccount } from '@app/accounts';
import { audit, auditRefusal, type Recorded } from '@app/audit';
import { Database, type Effect, of, ofOne, part, type Part, sql, statement } from '@app/database';
import { AuthError, isFactorCode, secondsUntil, type RequestContext } from '@app/kernel';
import type { OwnedSession } from '@app/sessions';
import {
  FactorConnection,
  inProtocol,
  retryOnConflict,
  SecondFactorCheck,
  withoutSession,
  type AwaitedFactor,
  type CheckedFactor,
  type ProvenSecond,
} from '@app/sign-in';
import { refuseOvertaken } from './overtaken.js';

/** What a right code makes: a session for whoever has proven it. */
export type MakeSession = (proven: Part<ProvenSecond>) => { session: Part<OwnedSession>; effects: Effect[] };

interface FactorVerdict {
  outcome: RedeemOutcome;
  session_id: string | null;
  /** Of the attempt, and of the account's guesses when they are spent. */
  expires_at: Date | null;
  refills_at: Date | null;
}

/** Five of 29 bits: as many as the guesses of an account are too few for. */
export const BACKUP_CODES = { count: 5, length: 6, kept: true } as const;

/**
 * The second factor, for the account in part `held`, if it may try one. Two statements: what the account is proven by, because
 * only the process can read an authenticator's secret; then the check with everything that comes of it.
 */
@Injectable()
export class DocspaceDecision {
  constructor(
    private readonly database: Database,
    private readonly check: SecondFactorCheck,
    private readonly connection: FactorConnection,
    private readonly backupCodes: BackupCodes,
  ) {}

  /**
   * Undefined when part `held` has no account. `also`: what has to happen in any case.
   *
   * @throws AuthError `attempt_not_found` when the account has no second factor to be proven by
   */
  async await(
    call: RequestContext,
    held: Part<HeldAccount>,
    code: string,
    also: Effect[] = [],
  ): Promise<AwaitedFactor | undefined> {
    const { awaited: row, effects } = this.check.find(call, inProtocol(call), withoutSession(held), code);
    const found = await retryOnConflict(() => this.database.row(statement(row, ...effects, ...also)));
    if (!found) return undefined;
    const awaited = this.check.read(found, true);
    const unset = awaited.second_factor === 'totp' && !awaited.totp_secret && !awaited.setup;
    if (awaited.second_factor !== 'none' && !unset) return awaited;
    const refused = { outcome: 'no_factor', accountId: awaited.account_id };
    await this.database.rows(auditRefusal(call, 'code.verify', refused));
    throw new AuthError('attempt_not_found');
  }

  /** @throws AuthError `code_wrong`, `guesses_spent`, `attempt_not_found`, `phone_taken`, `credentials_wrong` */
  async decide(
    call: RequestContext,
    held: Part<HeldAccount>,
    awaited: AwaitedFactor,
    code: string,
    make: MakeSession,
  ): Promise<void> {
    if (!isFactorCode(code)) {
      const refused = { outcome: 'no_code', accountId: awaited.account_id };
      await this.database.rows(auditRefusal(call, 'code.verify', refused));
      throw new AuthError('code_wrong');
    }
    const checked = this.check.redeem(call, inProtocol(call), withoutSession(held), awaited, code);
    const { session, effects } = make(checked.proven);
    const { verdict, target, budget } = checked.redemption;
    const decided = part<Recorded & { outcome: RedeemOutcome }>(
      'decided',
      sql`
        SELECT v.outcome, v.account_id, s.session_id, v.attempt_id FROM ${verdict} v LEFT JOIN ${session} s ON true`,
    );
    const answer = {
      outcome: ofOne(decided, 'outcome'),
      session_id: ofOne(decided, 'session_id'),
      expires_at: of(target, 'expires_at'),
      refills_at: of(budget, 'refills_at'),
    };
    const whole = statement(
      answer,
      checked.redemption,
      ...checked.effects,
      ...effects,
      ...this.consequences(call, awaited, checked, session),
      audit(call, 'code.verify', decided),
    );
    const row = (await this.database.row(whole).catch(refuseOvertaken)) as FactorVerdict;
    if (row.outcome !== 'redeemed' || !row.session_id) throw refusalOf(row, call.now);
  }

  /** The first right code of a factor yields the backup codes, where the account has none. */
  private consequences(
    call: RequestContext,
    { account_id, setup, lacks_backup_codes }: AwaitedFactor,
    { connected, authenticated }: CheckedFactor,
    session: Part<OwnedSession>,
  ): Effect[] {
    const issue = (to: Part<{ account_id: string }>) =>
      this.backupCodes.issue(call, account_id, BACKUP_CODES, to).parts;
    if (connected && setup)
      return [issue(connected), ...this.connection.announce(call, setup.factor, connected, session)];
    return authenticated && lacks_backup_codes ? [issue(this.backupCodes.lackedBy(authenticated))] : [];
  }
}

/** A code that was never sent is not available; one whose tries, or those of its account, are spent can be waited for. */
function refusalOf({ outcome, expires_at, refills_at }: FactorVerdict, now: Date): AuthError {
  if (outcome === 'absent') return new AuthError('attempt_not_found');
  const until = { exhausted: expires_at, budget_spent: refills_at }[outcome as string];
  if (until === undefined) return new AuthError('code_wrong');
  return new AuthError('guesses_spent', { retryAfterSeconds: until ? secondsUntil(until, now) : 1 });
}
