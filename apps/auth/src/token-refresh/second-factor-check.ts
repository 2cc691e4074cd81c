import { Injectable } from '@nestjs/common';
import { BackupCodes, TotpFactors, type SecondFactor } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { type Parts, raw, sql } from '@app/database';
import type { Call } from '@app/kernel';
import { bindingOf, shownFactor } from './second-factor-code.js';

/** What a session waits for, or can be marked anew by. */
export interface AwaitedFactor {
  session_id: string;
  account_id: string;
  second_factor: SecondFactor;
  /** Of the attempt that a backup code is tried at. */
  kind: 'code' | 'totp' | null;
  totp_secret: string | null;
}

export const isBackupCode = (code: string): boolean => !/^\d{6}$/.test(code);

/** Checks a code of the second factor, whichever it is: the authenticator's, the one that was sent, or a backup code. */
@Injectable()
export class SecondFactorCheck {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly totp: TotpFactors,
    private readonly backupCodes: BackupCodes,
  ) {}

  /**
   * Parts that find what the session in part `good` waits for (`awaited`: `AwaitedFactor`), and open an attempt where a
   * code is shown and not sent and none can be tried. One whose tries are spent stays the last until it would have expired.
   */
  find(call: Call, good: string, backup: boolean): Parts {
    const rule = this.attempts.ruleOf('second_factor', call.now);
    return {
      holder: sql`
        SELECT g.*, a.second_factor FROM ${raw(good)} g JOIN accounts a ON a.id = g.account_id WHERE a.disabled_at IS NULL`,
      latest: sql`
        SELECT a.kind, a.status, a.expires_at > ${call.now}::timestamptz AS live FROM attempts a JOIN holder h USING (session_id)
        WHERE a.purpose = 'second_factor' ORDER BY a.id DESC LIMIT 1`,
      wanting: sql`
        SELECT h.* FROM holder h WHERE (h.second_factor = 'totp' OR ${backup}::boolean) AND h.second_factor <> 'none'
          AND NOT EXISTS (SELECT FROM latest l WHERE l.live AND l.status IN ('open', 'exhausted') AND (l.kind = 'totp' OR ${backup}::boolean))`,
      ...this.attempts.open(call, shownFactor(call, 'second_factor', rule), 'wanting'),
      secret: this.totp.secret('holder'),
      awaited: sql`
        SELECT h.session_id, h.account_id, h.second_factor, (SELECT secret_sealed FROM secret) AS totp_secret,
          CASE WHEN EXISTS (SELECT FROM wanting) THEN 'totp' ELSE (SELECT kind FROM latest) END AS kind FROM holder h`,
    };
  }

  /** Parts that check the code at the session's newest attempt and end in part `verdict`, see `redeemParts`. */
  redeem(call: Call, awaited: AwaitedFactor, code: string, good: string): Parts {
    const question = {
      purpose: 'second_factor',
      of: sql`a.session_id = (SELECT session_id FROM ${raw(good)})`,
    } as const;
    if (isBackupCode(code)) {
      return {
        backup_code: this.backupCodes.locked(awaited.account_id, code),
        ...this.attempts.redeemElsewhere(
          call,
          question,
          awaited.kind ?? 'totp',
          this.backupCodes.isRight('backup_code'),
        ),
        spent: this.backupCodes.accept(call, 'backup_code', 'verdict'),
      };
    }
    if (awaited.second_factor !== 'totp') {
      return this.attempts.redeem(call, question, bindingOf(awaited.session_id), code);
    }
    const { account_id, totp_secret } = awaited;
    const step = totp_secret ? this.totp.stepOf(account_id, totp_secret, code, call.now) : undefined;
    return {
      factor: this.totp.locked(good, totp_secret),
      ...this.attempts.redeemTotp(call, question, this.totp.isFresh(step, 'factor')),
      accepted: this.totp.accept(step, 'verdict'),
    };
  }
}
