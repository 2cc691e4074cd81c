import { Injectable } from '@nestjs/common';
import {
  BackupCodes,
  lockAccount,
  ofAccount,
  raiseStamp,
  SecondFactors,
  type OfAccount,
  type SecondFactor,
} from '@app/accounts';
import { audit, type AuditEvent, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { Database, type Effect, exists, part, type Part, sql, statement } from '@app/database';
import { canText } from '@app/delivery';
import { AuthError, type RequestContext } from '@app/kernel';
import type { SessionRow } from '@app/sessions';
import { FactorConnection } from '@app/sign-in';
import { BACKUP_CODES } from '../../code/docspace/second-factor/decision.js';
import { DocspaceTfaHolder, type SessionHolder } from './tfa-holder.js';

export type ChosenFactor = 'none' | 'sms' | 'totp';

export interface KeptCode {
  code: string;
  used: boolean;
}

/** What is changed of an account, and what goes with it. */
interface Change {
  changed: Part<OfAccount>;
  effects: Effect[];
}

/**
 * What the holder of a session does with the second factor. `named`: see `DocspaceTfaHolder`.
 *
 * @throws AuthError `session_not_found`, `not_permitted`, `proof_stale`
 */
@Injectable()
export class DocspaceAuthenticatorService {
  private readonly canText: boolean;

  constructor(
    private readonly database: Database,
    private readonly holders: DocspaceTfaHolder,
    private readonly factors: SecondFactors,
    private readonly backupCodes: BackupCodes,
    private readonly connection: FactorConnection,
    config: Config,
  ) {
    this.canText = canText(config);
  }

  /** The second factor of the account, and whether it could be texts. */
  async kinds(call: RequestContext, token: string): Promise<{ factor: SecondFactor; canText: boolean }> {
    const { second_factor: factor } = await this.holders.find(call, token);
    return { factor, canText: this.canText };
  }

  /**
   * The factor that sign-ins ask for from now on. One that is not set up yet is set up by the next of them.
   *
   * @throws AuthError `factor_unavailable`
   */
  async choose(call: RequestContext, token: string, factor: ChosenFactor, named: string[]): Promise<void> {
    const holder = await this.holders.findFresh(call, token, named);
    if (factor === 'sms' && !this.canText) throw new AuthError('factor_unavailable');
    if (holder.second_factor === factor) return;
    const event = factor === 'none' ? 'factor.disconnect' : 'factor.setup';
    const deed = factor === 'none' ? 'factor_removed' : 'factor_chosen';
    const told = factor === 'none' ? 'disabled' : (`${factor}_enabled` as const);
    await this.change(call, token, holder, event, (fresh) => {
      const changed = this.factors.choose(deed, call, factor, fresh);
      return { changed, effects: this.connection.changed(deed, call, changed, told) };
    });
  }

  /**
   * A new authenticator has to be set up; the old one and its backup codes are void. Of calls at once one takes it: the others
   * find none, and leave the set-up that was begun in its place.
   *
   * @throws AuthError `attempt_not_found`
   */
  async renew(call: RequestContext, token: string, named: string[]): Promise<void> {
    const holder = await this.holders.findFresh(call, token, named);
    if (holder.second_factor !== 'totp') throw new AuthError('attempt_not_found');
    await this.change(call, token, holder, 'factor.disconnect', (fresh) => {
      const changed = raiseStamp(call, this.factors.connectedTo(fresh));
      return { changed, effects: this.connection.changed('factor_chosen', call, changed, 'disabled') };
    });
  }

  async codes(call: RequestContext, token: string): Promise<KeptCode[]> {
    const { id } = await this.holders.findFresh(call, token);
    const rows = await this.database.rows(statement(this.backupCodes.keptOf(ofAccount(id))));
    return rows.map(({ code_sealed, used }) => ({ code: this.backupCodes.reveal(id, code_sealed), used }));
  }

  /**
   * New ones in the place of all others.
   *
   * @throws AuthError `attempt_not_found`
   */
  async newCodes(call: RequestContext, token: string): Promise<KeptCode[]> {
    const holder = await this.holders.findFresh(call, token);
    if (holder.second_factor === 'none') throw new AuthError('attempt_not_found');
    let issued: string[] = [];
    await this.change(call, token, holder, 'factor.setup', (fresh) => {
      const { codes, parts } = this.backupCodes.issue(call, holder.id, BACKUP_CODES, fresh);
      issued = codes;
      return {
        changed: fresh,
        effects: [parts, ...this.connection.tell(call, 'backup_codes_renewed', fresh)],
      };
    });
    return issued.map((code) => ({ code, used: false }));
  }

  /** Calls at one account stand in one line: each sees what the one before has made, and does nothing where nothing is left to do. */
  private async change(
    call: RequestContext,
    token: string,
    { id }: SessionHolder,
    event: AuditEvent,
    changeOf: (fresh: Part<SessionRow>) => Change,
  ): Promise<void> {
    const fresh = this.holders.fresh(call, token, ofAccount(id));
    const { changed, effects } = changeOf(fresh);
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id
        FROM ${changed} c JOIN ${fresh} s USING (account_id)`,
    );
    const query = statement({ fresh: exists(fresh) }, ...effects, audit(call, event, verdict));
    const [row] = await this.database.rowsUnderLock(lockAccount(id), query);
    if (!row?.fresh) throw new AuthError('proof_stale');
  }
}
