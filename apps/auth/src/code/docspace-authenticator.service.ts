import { Injectable } from '@nestjs/common';
import { BackupCodes, SecondFactors, type SecondFactor } from '@app/accounts';
import { audit, type AuditEvent } from '@app/audit';
import { Config } from '@app/config';
import { Database, statement, type Parts } from '@app/database';
import { AuthError, digest, plusSeconds, type Call } from '@app/kernel';
import { signedInSession } from '@app/sessions';
import sql from 'sql-template-tag';
import { DocspaceConnections } from './docspace-connections.js';
import { BACKUP_CODES } from './docspace-factor-check.js';

export interface KeptCode {
  code: string;
  used: boolean;
}

interface Holder {
  account_id: string;
  second_factor: SecondFactor;
  fresh: boolean;
}

/**
 * What the holder of a session does with the second factor. Whatever would let somebody else in asks for a session that was
 * signed in lately, so that one left open somewhere cannot take the account over.
 */
@Injectable()
export class DocspaceAuthenticatorService {
  constructor(
    private readonly database: Database,
    private readonly factors: SecondFactors,
    private readonly backupCodes: BackupCodes,
    private readonly connections: DocspaceConnections,
    private readonly config: Config,
  ) {}

  /** The second factor of the account. */
  async factor(call: Call, token: string): Promise<SecondFactor> {
    return (await this.holder(call, token)).second_factor;
  }

  /** The factor that sign-ins ask for from now on. One that is not set up yet is set up by the next of them. */
  async choose(call: Call, token: string, factor: 'none' | 'sms' | 'totp'): Promise<void> {
    const holder = await this.freshHolder(call, token);
    if (holder.second_factor === factor) return;
    await this.change(call, token, factor === 'none' ? 'factor.disconnect' : 'factor.setup', {
      ...this.factors.forget('fresh'),
      changed: sql`
        UPDATE accounts a SET second_factor = ${factor}, updated_at = ${call.now}::timestamptz FROM fresh f
        WHERE a.id = f.account_id RETURNING a.id AS account_id`,
      waiting: sql`
        UPDATE sessions s SET ended_at = ${call.now}::timestamptz, end_reason = 'second_factor_changed' FROM changed c
        WHERE s.account_id = c.account_id AND s.stage = 'pending' AND s.ended_at IS NULL RETURNING s.id`,
      ...this.connections.tell(call, factor === 'none' ? 'disabled' : `${factor}_enabled`, 'changed'),
    });
  }

  /** A new authenticator has to be set up by the next sign-in; the old one and its backup codes are void. */
  async renew(call: Call, token: string): Promise<void> {
    const holder = await this.freshHolder(call, token);
    if (holder.second_factor !== 'totp') throw new AuthError('attempt_not_found');
    await this.change(call, token, 'factor.disconnect', {
      ...this.factors.forget('fresh'),
      changed: sql`SELECT account_id FROM fresh`,
      ...this.connections.tell(call, 'disabled', 'changed'),
    });
  }

  async codes(call: Call, token: string): Promise<KeptCode[]> {
    const { account_id } = await this.freshHolder(call, token);
    const parts = { holder: sql`SELECT ${account_id}::bigint AS account_id` };
    const rows = await this.database.rows<{ code_sealed: string; used: boolean }>(
      statement(parts, this.backupCodes.keptOf('holder')),
    );
    return rows.map(({ code_sealed, used }) => ({
      code: this.backupCodes.reveal(account_id, code_sealed),
      used,
    }));
  }

  /** New ones in the place of all others. */
  async newCodes(call: Call, token: string): Promise<KeptCode[]> {
    const holder = await this.freshHolder(call, token);
    if (holder.second_factor === 'none') throw new AuthError('attempt_not_found');
    const { codes, parts } = this.backupCodes.issue(call, holder.account_id, BACKUP_CODES, 'fresh');
    await this.change(call, token, 'factor.setup', {
      ...parts,
      changed: sql`SELECT account_id FROM fresh`,
      ...this.connections.tell(call, 'backup_codes_renewed', 'changed'),
    });
    return codes.map((code) => ({ code, used: false }));
  }

  private async freshHolder(call: Call, token: string): Promise<Holder> {
    const holder = await this.holder(call, token);
    if (!holder.fresh) throw new AuthError('proof_stale');
    return holder;
  }

  private async holder(call: Call, token: string): Promise<Holder> {
    const answer = sql`
      SELECT s.account_id, a.second_factor, EXISTS (SELECT FROM fresh) AS fresh
      FROM session s JOIN accounts a ON a.id = s.account_id WHERE a.disabled_at IS NULL`;
    const holder = await this.database.row<Holder>(statement(this.gate(call, token), answer));
    if (!holder) throw new AuthError('session_not_found');
    return holder;
  }

  private async change(call: Call, token: string, event: AuditEvent, changes: Parts): Promise<void> {
    const parts: Parts = {
      ...this.gate(call, token),
      ...changes,
      verdict: sql`
        SELECT 'changed' AS outcome, c.account_id, s.session_id, NULL::bigint AS attempt_id FROM changed c JOIN session s USING (account_id)`,
      audited: audit(call, event, 'verdict'),
    };
    const row = await this.database.row(statement(parts, sql`SELECT account_id FROM changed`));
    this.connections.announced();
    if (!row) throw new AuthError('proof_stale');
  }

  private gate(call: Call, token: string): Parts {
    const since = plusSeconds(call.now, -this.config.secondFactors.markSeconds);
    return {
      session: signedInSession(call, digest(token)),
      fresh: sql`
        SELECT p.account_id FROM session s JOIN sessions p ON p.id = s.session_id
        WHERE p.signed_in_at > ${since}::timestamptz AND p.ended_at IS NULL FOR UPDATE OF p`,
    };
  }
}
