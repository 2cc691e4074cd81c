import { Injectable } from '@nestjs/common';
import { BackupCodes } from '@app/accounts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { AuthError, type Call } from '@app/kernel';
import { sessionOfToken } from '@app/sessions';
import { Freshness } from './freshness.js';

/** Ten of 39 bits: enough for a year, and too many to be found within the guesses of an account. */
const BACKUP_CODES = { count: 10, length: 8 };

export interface SetupHolder {
  account_id: string;
  /** What the account is known by: stands in the authenticator app. */
  label: string;
  fresh: boolean;
  /** Whether somebody has proven to own the account: a stranger's registration must not leave a way in. */
  proven: boolean;
}

/** What setting up an authenticator and a phone have in common. */
@Injectable()
export class FactorSetups {
  constructor(
    private readonly database: Database,
    private readonly backupCodes: BackupCodes,
    private readonly freshness: Freshness,
  ) {}

  /** Who asks, once it is certain that the proof is fresh. */
  async holder(call: Call, sessionId: string): Promise<SetupHolder> {
    const parts = { session: sessionOfToken(call, sessionId), fresh: this.freshness.fresh(call, 'session') };
    const answer = sql`
      SELECT a.id AS account_id, coalesce(a.email, a.username, a.phone) AS label, EXISTS (SELECT FROM fresh) AS fresh,
        a.activated_at IS NOT NULL AS proven
      FROM session s JOIN accounts a ON a.id = s.account_id`;
    const holder = await this.database.row<SetupHolder>(statementOf(parts, answer));
    if (!holder) throw new AuthError('session_not_found');
    if (!holder.fresh) throw new AuthError('proof_stale');
    if (!holder.proven) throw new AuthError('account_not_activated');
    return holder;
  }

  /**
   * Runs the parts that set the factor up, for each row of part `allowed`, which they may name, and issues the backup codes of the
   * account. Of `set_up` no row: refused by a part of theirs.
   */
  async run(
    call: Call,
    { account_id }: SetupHolder,
    sessionId: string,
    setUp: Parts,
  ): Promise<string[] | undefined> {
    const { codes, parts } = this.backupCodes.issue(call, account_id, BACKUP_CODES, 'set_up');
    const row = await this.database.row(
      statementOf(
        {
          session: sessionOfToken(call, sessionId),
          allowed: this.freshness.fresh(call, 'session'),
          ...setUp,
          ...parts,
          verdict: sql`
            SELECT CASE WHEN u.account_id IS NULL THEN 'refused' ELSE 'begun' END AS outcome, s.account_id, s.session_id,
              NULL::bigint AS attempt_id FROM session s LEFT JOIN set_up u ON true`,
          audited: audit(call, 'factor.setup', 'verdict'),
        },
        sql`SELECT account_id FROM set_up`,
      ),
    );
    return row && codes;
  }
}
