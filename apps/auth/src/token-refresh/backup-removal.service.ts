import { Injectable } from '@nestjs/common';
import { BackupCodes, subjectParts } from '@app/accounts';
import { AttemptsRepository, type RedeemOutcome } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { AuthError, KeyRing, type Call, type Identifier } from '@app/kernel';
import { FactorRemovalService } from './factor-removal.service.js';
import { shownFactor } from './second-factor-code.js';

/** No account has it. */
const NOBODY = '0';

/** For who has lost the second factor: a backup code takes it away. The password is still needed to sign in. */
@Injectable()
export class BackupRemovalService {
  constructor(
    private readonly database: Database,
    private readonly keyRing: KeyRing,
    private readonly attempts: AttemptsRepository,
    private readonly backupCodes: BackupCodes,
    private readonly removal: FactorRemovalService,
  ) {}

  /** Nobody is signed in here, so the guess counts among those that anyone can make; unknown persons meet the same. */
  async disable(call: Call, login: Identifier, code: string): Promise<void> {
    const { id, accountId } = await this.open(call, login);
    const question = { purpose: 'second_factor', of: sql`a.id = ${id}::bigint` } as const;
    const parts: Parts = {
      backup_code: this.backupCodes.locked(accountId ?? NOBODY, code),
      ...this.attempts.redeemElsewhere(call, question, 'totp', this.backupCodes.isRight('backup_code')),
      redeemed: sql`SELECT account_id, security_stamp FROM verdict WHERE outcome = 'redeemed'`,
      ...this.removal.remove(call, 'redeemed'),
      audited: audit(call, 'factor.disconnect', 'verdict'),
    };
    const row = await this.database.row<{ outcome: RedeemOutcome }>(
      statementOf(parts, sql`SELECT outcome FROM verdict`),
    );
    this.removal.sent();
    if (row?.outcome !== 'redeemed') throw new AuthError('code_wrong');
  }

  private async open(call: Call, login: Identifier): Promise<{ id: string; accountId: string | null }> {
    const rule = this.attempts.ruleOf('second_factor', call.now);
    const attempt = { ...shownFactor(call, 'second_factor', rule), factor: 'first' } as const;
    const parts: Parts = {
      ...subjectParts(login, this.keyRing),
      opening: sql`SELECT subject, account_id, NULL::bigint AS session_id, security_stamp FROM subject`,
      ...this.attempts.open(call, attempt, 'opening'),
    };
    const row = await this.database.row<{ account_id: string | null }>(
      statementOf(parts, sql`SELECT account_id FROM attempt`),
    );
    return { id: attempt.id, accountId: row?.account_id ?? null };
  }
}
