import { Injectable } from '@nestjs/common';
import { BackupCodes, lockTarget, redeemedAccount, subjectParts } from '@app/accounts';
import { AttemptsRepository, type Opening } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, part, sql, statement } from '@app/database';
import { AuthError, KeyRing, type RequestContext, type Identifier } from '@app/kernel';
import { FactorConnection, shownCode } from '@app/sign-in';

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
    private readonly connection: FactorConnection,
  ) {}

  /**
   * Nobody is signed in here, so the guess counts among those that anyone can make; unknown persons meet the same.
   *
   * @throws AuthError `code_wrong`
   */
  async disable(call: RequestContext, login: Identifier, code: string): Promise<void> {
    const { id, accountId } = await this.open(call, login);
    const question = { purpose: 'second_factor', of: sql`a.id = ${id}::bigint`, holds: lockTarget } as const;
    const right = this.backupCodes.isRight(this.backupCodes.locked(accountId ?? NOBODY, code));
    const redemption = this.attempts.redeemElsewhere(call, question, 'totp', right);
    const { verdict } = redemption;
    const removed = this.connection.remove(call, redeemedAccount(verdict));
    const row = await this.database.row(
      statement(verdict, redemption, ...removed, audit(call, 'factor.disconnect', verdict)),
    );
    if (row?.outcome !== 'redeemed') throw new AuthError('code_wrong');
  }

  private async open(
    call: RequestContext,
    login: Identifier,
  ): Promise<{ id: string; accountId: string | null }> {
    const attempt = { ...shownCode(call, this.attempts), factor: 'first' } as const;
    const { subject } = subjectParts(login, this.keyRing);
    const opening = part<Opening>(
      'opening',
      sql`SELECT subject, account_id, NULL::bigint AS session_id, security_stamp FROM ${subject}`,
    );
    const opened = this.attempts.open(call, attempt, opening);
    const row = await this.database.row(statement(opened.attempt, opened));
    return { id: attempt.id, accountId: row?.account_id ?? null };
  }
}
