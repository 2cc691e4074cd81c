import { Injectable } from '@nestjs/common';
import { BackupCodes, SecondFactors, TotpFactors, type FactorSetup, type SecondFactor } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { type Parts, sql } from '@app/database';
import type { Call } from '@app/kernel';
import { afterClosing, bindingOf, close, ofAccount, shownAttempt, standing } from './attempts.js';

/** What the account of part `held` can be proven by. */
export interface AwaitedFactor {
  account_id: string;
  second_factor: SecondFactor;
  phone: string | null;
  totp_secret: string | null;
  /** Not even used ones: the authenticator is one that the operator made or another protocol set up. */
  lacks_backup_codes: boolean;
  /** The set-up that a right code puts to use: the account is to have this factor, and has none yet. */
  setup: FactorSetup | null;
}

interface AwaitedRow extends Omit<AwaitedFactor, 'setup'> {
  setup_factor: 'sms' | 'totp' | null;
  setup_secret: string | null;
  setup_phone: string | null;
}

/** Five of 29 bits: as many as the guesses of an account are too few for. */
export const BACKUP_CODES = { count: 5, length: 6, kept: true };
const isBackupCode = (code: string): boolean => !/^\d{6}$/.test(code);

/** Checks a code of the second factor, whichever it is: the one that was sent, the authenticator's, or a backup code. */
@Injectable()
export class DocspaceFactorCheck {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly factors: SecondFactors,
    private readonly totp: TotpFactors,
    private readonly backupCodes: BackupCodes,
  ) {}

  /**
   * Parts that find what the account of part `held` is proven by (`awaited`), and open an attempt where a code is shown and
   * not sent and none can be tried. One whose tries are spent stays the last until it would have expired.
   */
  find(call: Call, code: string): Parts {
    const backup = isBackupCode(code);
    return {
      holder: sql`
        SELECT a.id AS account_id, h.security_stamp, a.second_factor, a.phone FROM accounts a JOIN held h ON h.account_id = a.id`,
      setup: this.factors.setup(call, 'held'),
      secret: this.totp.secret('held'),
      codeless: this.backupCodes.lackedBy('held'),
      standing: standing(call, 'otp'),
      closed: close(call, 'totp', 'otp'),
      wanting: sql`
        SELECT h.account_id, h.security_stamp FROM holder h WHERE (h.second_factor = 'totp' OR ${backup}::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM standing)`,
      opening: afterClosing('wanting'),
      ...this.attempts.open(call, shownAttempt(call, this.attempts), 'opening'),
      awaited: sql`
        SELECT h.*, (SELECT secret_sealed FROM secret) AS totp_secret,
          EXISTS (SELECT FROM codeless) AS lacks_backup_codes,
          s.factor AS setup_factor, s.secret_sealed AS setup_secret, s.phone AS setup_phone
        FROM holder h LEFT JOIN setup s USING (account_id)`,
    };
  }

  /** The row of part `awaited`: a set-up counts only where the account waits for it. */
  read({ setup_factor, setup_secret, setup_phone, ...row }: AwaitedRow): AwaitedFactor {
    const { account_id, second_factor, phone, totp_secret } = row;
    const unset = second_factor === 'totp' ? !totp_secret : second_factor === 'sms' && !phone;
    const setup = {
      account_id,
      factor: setup_factor as 'sms' | 'totp',
      secret_sealed: setup_secret,
      phone: setup_phone,
    };
    return { ...row, setup: unset && setup_factor === second_factor ? setup : null };
  }

  /**
   * Parts that check the code for the account of part `held`: `verdict`, see `redeemParts`, and `proven`
   * (`{account_id, security_stamp, method}`).
   */
  redeem(call: Call, awaited: AwaitedFactor, code: string): Parts {
    if (isBackupCode(code)) return { ...this.redeemBackup(call, awaited, code), proven: PROVEN };
    if (awaited.setup) return this.redeemSetup(call, awaited.account_id, awaited.setup, code);
    if (awaited.second_factor === 'totp') return { ...this.redeemTotp(call, awaited, code), proven: PROVEN };
    const question = sent(awaited.second_factor === 'email' ? 'email' : 'sms');
    return { ...this.attempts.redeem(call, question, bindingOf(awaited.account_id), code), proven: PROVEN };
  }

  private redeemBackup(call: Call, { account_id }: AwaitedFactor, code: string): Parts {
    return {
      backup_code: this.backupCodes.locked(account_id, code),
      ...this.attempts.redeemElsewhere(call, SHOWN, 'totp', this.backupCodes.isRight('backup_code')),
      spent: this.backupCodes.accept(call, 'backup_code', 'verdict'),
    };
  }

  /** The first right code yields the backup codes, where the account has none. */
  private redeemTotp(call: Call, awaited: AwaitedFactor, code: string): Parts {
    const { account_id, totp_secret } = awaited;
    const step = totp_secret ? this.totp.stepOf(account_id, totp_secret, code, call.now) : undefined;
    return {
      factor: this.totp.locked('held', totp_secret),
      ...this.attempts.redeemTotp(call, SHOWN, this.totp.isFresh(step, 'factor')),
      accepted: this.totp.accept(step, 'verdict'),
      ...(awaited.lacks_backup_codes && {
        codeless: this.backupCodes.lackedBy('accepted'),
        ...this.backupCodes.issue(call, account_id, BACKUP_CODES, 'codeless').parts,
      }),
    };
  }

  /** The first right code puts the factor to use, and yields the backup codes. */
  private redeemSetup(call: Call, accountId: string, setup: FactorSetup, code: string): Parts {
    const step = this.factors.stepOf(setup, code, call.now);
    const right = sql`(${step !== undefined}::boolean AND ${this.factors.isUnchanged(setup, 'setup')})`;
    return {
      setup: this.factors.setup(call, 'held'),
      ...(setup.factor === 'totp'
        ? this.attempts.redeemTotp(call, SHOWN, right)
        : this.attempts.redeem(call, sent('sms'), bindingOf(accountId, setup.phone), code)),
      ...this.factors.connect(call, step, 'setup', 'verdict'),
      ...this.backupCodes.issue(call, accountId, BACKUP_CODES, 'connected').parts,
      proven: sql`SELECT c.account_id, c.security_stamp, v.method FROM verdict v JOIN connected c USING (account_id)`,
    };
  }
}

const sent = (method: 'email' | 'sms') => ({ purpose: 'sign_in', of: ofAccount(method) }) as const;
const SHOWN = { purpose: 'sign_in', of: ofAccount('otp') } as const;
const PROVEN = sql`SELECT account_id, security_stamp, method FROM verdict WHERE outcome = 'redeemed'`;

export type { AwaitedRow };
