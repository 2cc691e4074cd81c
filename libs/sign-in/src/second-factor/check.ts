import { Injectable } from '@nestjs/common';
import {
  BackupCodes,
  SecondFactors,
  TotpFactors,
  withSecondFactor,
  type FactorSetup,
  type HeldAccount,
  type OfAccount,
  type SecondFactor,
} from '@app/accounts';
import {
  AttemptsRepository,
  closeAttempts,
  isLive,
  standingAttempt,
  type Opening,
  type Redemption,
} from '@app/attempts';
import { after, type Effect, part, type Part, sql } from '@app/database';
import { isBackupCode, type RequestContext } from '@app/kernel';
import { readBy } from '../read-by.js';
import { FactorConnection } from './connection.js';
import { shownCode } from './factor-attempts.js';
import { type Candidate, factorAttempt, type FactorHolder, type FactorScope } from './scope.js';

/** What an account can be proven by. */
export interface AwaitedFactor extends FactorHolder {
  second_factor: SecondFactor;
  phone: string | null;
  totp_secret: string | null;
  /** Not even used ones: the authenticator is one that the operator made, or another protocol set up. */
  lacks_backup_codes: boolean;
  /** The set-up that a right code puts to use: the account is to have this factor, and has none yet. */
  setup: FactorSetup | null;
}

type ProvenByCode = FactorHolder & Pick<AwaitedFactor, 'second_factor' | 'totp_secret'>;
type ProvenByFactor = ProvenByCode & Pick<AwaitedFactor, 'setup'>;

/** As it is asked for, in one row. */
export interface AwaitedRow extends Omit<AwaitedFactor, 'setup'> {
  setup_factor: 'sms' | 'totp' | null;
  setup_secret: string | null;
  setup_phone: string | null;
}

/** Who has proven the second factor, with the stamp that the account has from now on. */
export interface ProvenSecond extends HeldAccount {
  outcome: string;
  method: string | null;
  session_id: string | null;
}

/** A code that is checked, and what follows from a right one. */
export interface CheckedFactor {
  redemption: Redemption;
  proven: Part<ProvenSecond>;
  /** What a right code spends, or puts to use. */
  effects: Effect[];
  /** The account that has a new factor by it. */
  connected?: Part<HeldAccount>;
  /** The account that has shown its authenticator. */
  authenticated?: Part<OfAccount>;
}

/** Checks a code of the second factor, whichever it is: the one that was sent, the authenticator's, or a backup code. */
@Injectable()
export class SecondFactorCheck {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly factors: SecondFactors,
    private readonly totp: TotpFactors,
    private readonly backupCodes: BackupCodes,
    private readonly connection: FactorConnection,
  ) {}

  /**
   * What whoever is in part `gate` is proven by. Opens an attempt where a code is shown and not sent, and none can be tried. One
   * whose tries are spent stays the last until it would have expired.
   */
  find(
    call: RequestContext,
    scope: FactorScope,
    gate: Part<Candidate>,
    code: string,
  ): { awaited: Part<AwaitedRow>; effects: Effect[] } {
    const holder = withSecondFactor(call, gate);
    const setup = this.factors.setup(call, holder);
    const awaited = part<AwaitedRow>(
      'awaited',
      sql`
        SELECT h.account_id::text AS account_id, h.session_id::text AS session_id, h.second_factor, h.phone,
          (SELECT secret_sealed FROM ${this.totp.secret(holder)}) AS totp_secret,
          EXISTS (SELECT FROM ${this.backupCodes.lackedBy(holder)}) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM ${holder} h LEFT JOIN ${setup} s USING (account_id)`,
    );
    return { awaited, effects: [this.openShown(call, scope, gate, holder, isBackupCode(code))] };
  }

  /** `setsUp`: whether a right code may put a set-up to use, which counts only where the account waits for it. */
  read({ setup_factor, setup_secret, setup_phone, ...row }: AwaitedRow, setsUp = false): AwaitedFactor {
    const { account_id, second_factor, phone, totp_secret } = row;
    const unset = second_factor === 'totp' ? !totp_secret : second_factor === 'sms' && !phone;
    const waits = setsUp && unset && setup_factor === second_factor;
    const setup = waits
      ? { account_id, factor: setup_factor, secret_sealed: setup_secret, phone: setup_phone }
      : null;
    return { ...row, setup };
  }

  /** Whether a code is right for whoever is in part `gate`. */
  redeem(
    call: RequestContext,
    scope: FactorScope,
    gate: Part<Candidate>,
    awaited: ProvenByFactor,
    code: string,
  ): CheckedFactor {
    if (isBackupCode(code)) return this.redeemBackup(call, scope, gate, awaited, code);
    if (awaited.setup) return this.redeemSetup(call, scope, gate, awaited, awaited.setup, code);
    return this.redeemCode(call, scope, gate, awaited, code);
  }

  /** The same of a code that is sent or shown by an authenticator, where nothing else is taken. */
  redeemCode(
    call: RequestContext,
    scope: FactorScope,
    gate: Part<Candidate>,
    awaited: ProvenByCode,
    code: string,
  ): CheckedFactor {
    if (awaited.second_factor === 'totp') return this.redeemTotp(call, scope, gate, awaited, code);
    const channel = awaited.second_factor === 'email' ? 'email' : 'sms';
    const question = questionOf(scope, gate, channel);
    const redemption = this.attempts.redeem(call, question, scope.binding(awaited), code);
    return { redemption, proven: provenBy(redemption), effects: [readBy(redemption.verdict)] };
  }

  private openShown(
    call: RequestContext,
    scope: FactorScope,
    gate: Part<Candidate>,
    holder: Part<Opening & { second_factor: SecondFactor }>,
    backup: boolean,
  ): Effect {
    const standing = standingAttempt(call, 'second_factor', factorAttempt(scope, gate, 'otp'));
    const wanting = part<Opening>(
      'wanting',
      sql`
        SELECT h.* FROM ${holder} h WHERE (h.second_factor = 'totp' OR ${backup}::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM ${standing})`,
    );
    const over = closeAttempts(call, sql`${factorAttempt(scope, gate, 'otp')} AND NOT ${isLive(call)}`);
    const opening = part<Opening>('opening', sql`SELECT w.* FROM ${wanting} w CROSS JOIN ${after(over)}`);
    return this.attempts.open(call, shownCode(call, this.attempts), opening);
  }

  private redeemBackup(
    call: RequestContext,
    scope: FactorScope,
    gate: Part<Candidate>,
    { account_id }: ProvenByCode,
    code: string,
  ): CheckedFactor {
    const locked = this.backupCodes.locked(account_id, code);
    const right = this.backupCodes.isRight(locked);
    const redemption = this.attempts.redeemElsewhere(call, questionOf(scope, gate, 'otp'), 'totp', right);
    const spent = this.backupCodes.accept(call, locked, redemption.verdict);
    return { redemption, proven: provenBy(redemption), effects: [spent] };
  }

  private redeemTotp(
    call: RequestContext,
    scope: FactorScope,
    gate: Part<Candidate>,
    awaited: ProvenByCode,
    code: string,
  ): CheckedFactor {
    const { account_id, totp_secret } = awaited;
    const step = totp_secret ? this.totp.stepOf(account_id, totp_secret, code, call.now) : undefined;
    const locked = this.totp.locked(gate, totp_secret);
    const right = this.totp.isFresh(step, locked);
    const redemption = this.attempts.redeemTotp(call, questionOf(scope, gate, 'otp'), right);
    const accepted = this.totp.accept(step, redemption.verdict);
    return { redemption, proven: provenBy(redemption), effects: [accepted], authenticated: accepted };
  }

  /** The first right code puts the factor to use. */
  private redeemSetup(
    call: RequestContext,
    scope: FactorScope,
    gate: Part<Candidate>,
    awaited: ProvenByCode,
    setup: FactorSetup,
    code: string,
  ): CheckedFactor {
    const question = questionOf(scope, gate, setup.factor === 'totp' ? 'otp' : 'sms');
    const binding = scope.binding(awaited, setup.phone);
    const { redemption, connected, effects } = this.connection.redeem(
      call,
      question,
      binding,
      gate,
      setup,
      code,
    );
    const proven = part<ProvenSecond>(
      'proven',
      sql`
        SELECT c.account_id, c.security_stamp, v.outcome, v.method, v.session_id
        FROM ${redemption.verdict} v JOIN ${connected} c USING (account_id)`,
    );
    return { redemption, proven, effects, connected };
  }
}

function questionOf(scope: FactorScope, gate: Part<Candidate>, method: 'email' | 'sms' | 'otp') {
  return { purpose: 'second_factor', of: factorAttempt(scope, gate, method) } as const;
}

function provenBy({ verdict }: Redemption): Part<ProvenSecond> {
  return part(
    'proven',
    sql`SELECT account_id, security_stamp, outcome, method, session_id FROM ${verdict} WHERE outcome = 'redeemed'`,
  );
}
