import { Injectable } from '@nestjs/common';
import { BackupCodes, lockAccount, raiseStamp, SecondFactors, type SecondFactor } from '@app/accounts';
import { audit, type AuditEvent } from '@app/audit';
import { Config } from '@app/config';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { canText, Mailbox } from '@app/delivery';
import { AuthError, type Call } from '@app/kernel';
import { endSessionsOf, survivors } from '@app/sessions';
import { DocspaceConnections } from '../second-factor/connections.js';
import { BACKUP_CODES } from '../second-factor/factor-check.js';
import { DocspaceTfaHolder, type Holder } from './tfa-holder.js';

export type ChosenFactor = 'none' | 'sms' | 'totp';

export interface KeptCode {
  code: string;
  used: boolean;
}

/** What the holder of a session does with the second factor. `named`: see `DocspaceTfaHolder`. */
@Injectable()
export class DocspaceAuthenticatorService {
  private readonly canText: boolean;

  constructor(
    private readonly database: Database,
    private readonly holders: DocspaceTfaHolder,
    private readonly factors: SecondFactors,
    private readonly backupCodes: BackupCodes,
    private readonly connections: DocspaceConnections,
    config: Config,
    mailbox: Mailbox,
  ) {
    this.canText = canText(config, mailbox);
  }

  /** The second factor of the account, and whether it could be texts. */
  async kinds(call: Call, token: string): Promise<{ factor: SecondFactor; canText: boolean }> {
    const { second_factor: factor } = await this.holders.find(call, token);
    return { factor, canText: this.canText };
  }

  /** The factor that sign-ins ask for from now on. One that is not set up yet is set up by the next of them. */
  async choose(call: Call, token: string, factor: ChosenFactor, named: string[]): Promise<void> {
    const holder = await this.holders.findFresh(call, token, named);
    if (factor === 'sms' && !this.canText) throw new AuthError('factor_unavailable');
    if (holder.second_factor === factor) return;
    await this.change(call, token, holder, factor === 'none' ? 'factor.disconnect' : 'factor.setup', {
      changed: sql`
        UPDATE accounts a SET second_factor = ${factor}, security_stamp = a.security_stamp + 1, updated_at = ${call.now}::timestamptz
        FROM fresh f WHERE a.id = f.account_id AND a.second_factor <> ${factor} RETURNING a.id AS account_id, a.security_stamp`,
      ...this.factors.forget('changed'),
      ...endSessionsOf(call, 'second_factor_changed', 'changed', survivors.signedIn),
      ...this.connections.tell(call, factor === 'none' ? 'disabled' : `${factor}_enabled`, 'changed'),
    });
  }

  /**
   * A new authenticator has to be set up; the old one and its backup codes are void. Of calls at once one takes it: the others
   * find none, and leave the set-up that was begun in its place.
   */
  async renew(call: Call, token: string, named: string[]): Promise<void> {
    const holder = await this.holders.findFresh(call, token, named);
    if (holder.second_factor !== 'totp') throw new AuthError('attempt_not_found');
    await this.change(call, token, holder, 'factor.disconnect', {
      voided: sql`SELECT f.account_id FROM fresh f JOIN totp_factors t USING (account_id)`,
      changed: raiseStamp(call, 'voided'),
      ...this.factors.forget('changed'),
      ...endSessionsOf(call, 'second_factor_changed', 'changed', survivors.signedIn),
      ...this.connections.tell(call, 'disabled', 'changed'),
    });
  }

  async codes(call: Call, token: string): Promise<KeptCode[]> {
    const { id } = await this.holders.findFresh(call, token);
    const parts = { holder: sql`SELECT ${id}::bigint AS account_id` };
    const rows = await this.database.rows<{ code_sealed: string; used: boolean }>(
      statementOf(parts, this.backupCodes.keptOf('holder')),
    );
    return rows.map(({ code_sealed, used }) => ({ code: this.backupCodes.reveal(id, code_sealed), used }));
  }

  /** New ones in the place of all others. */
  async newCodes(call: Call, token: string): Promise<KeptCode[]> {
    const holder = await this.holders.findFresh(call, token);
    if (holder.second_factor === 'none') throw new AuthError('attempt_not_found');
    const { codes, parts } = this.backupCodes.issue(call, holder.id, BACKUP_CODES, 'fresh');
    await this.change(call, token, holder, 'factor.setup', {
      ...parts,
      changed: sql`SELECT account_id FROM fresh`,
      ...this.connections.tell(call, 'backup_codes_renewed', 'changed'),
    });
    return codes.map((code) => ({ code, used: false }));
  }

  /** Calls at one account stand in one line: each sees what the one before has made, and does nothing where nothing is left to do. */
  private async change(
    call: Call,
    token: string,
    { id }: Holder,
    event: AuditEvent,
    changes: Parts,
  ): Promise<void> {
    const parts: Parts = {
      ...this.holders.gate(call, token, sql`SELECT ${id}::bigint AS account_id`),
      ...changes,
      verdict: sql`
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id FROM changed c JOIN session s USING (account_id)`,
      audited: audit(call, event, 'verdict'),
    };
    const query = statementOf(parts, sql`SELECT account_id FROM fresh`);
    const [fresh] = await this.database.rowsUnderLock(lockAccount(id), query);
    this.connections.announced();
    if (!fresh) throw new AuthError('proof_stale');
  }
}
