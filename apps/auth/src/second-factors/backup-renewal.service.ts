import { Injectable } from '@nestjs/common';
import { BackupCodes } from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, exists, part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { FactorConnection, Freshness, sessionAndAccount } from '@app/sign-in';
import { BACKUP_CODES, FactorSetups } from './yat/factor-setup.js';

/** New backup codes, in the place of all that an account has. */
@Injectable()
export class BackupRenewalService {
  constructor(
    private readonly database: Database,
    private readonly setups: FactorSetups,
    private readonly freshness: Freshness,
    private readonly backupCodes: BackupCodes,
    private readonly connection: FactorConnection,
  ) {}

  /**
   * Shown here alone. The owner is told.
   *
   * @throws AuthError those of `FactorSetups.holder`, `factor_unavailable` for an account without a second factor
   */
  async renew(call: RequestContext, sessionId: string): Promise<string[]> {
    const { account_id } = await this.setups.holder(call, sessionId);
    const fresh = this.freshness.fresh(call, sessionAndAccount(call, sessionId));
    const guarded = part<{ account_id: string; session_id: string }>(
      'guarded',
      sql`SELECT account_id, session_id FROM ${fresh} WHERE second_factor <> 'none'`,
    );
    const { codes, parts } = this.backupCodes.issue(call, account_id, BACKUP_CODES, guarded);
    const told = this.connection.tell(call, 'backup_codes_renewed', guarded);
    const audited = audit(call, 'factor.setup', recordedAs('renewed', guarded));
    const answer = { fresh: exists(fresh), renewed: exists(guarded) };
    const row = await this.database.row(statement(answer, parts, ...told, audited));
    if (!row?.fresh) throw new AuthError('proof_stale');
    if (!row.renewed) throw new AuthError('factor_unavailable');
    return codes;
  }
}
