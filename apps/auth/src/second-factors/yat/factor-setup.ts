import { Injectable } from '@nestjs/common';
import { BackupCodes, withHolder, type FactorSetupHolder } from '@app/accounts';
import { audit, recordedAs } from '@app/audit';
import { Database, type Effect, exists, part, type Part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { sessionOfToken } from '@app/sessions';
import { Freshness, sessionAndAccount, type Candidate } from '@app/sign-in';

/** Ten of 39 bits: enough for a year, and too many to be found within the guesses of an account. */
export const BACKUP_CODES = { count: 10, length: 8 } as const;

/** What setting up an authenticator and a phone have in common. */
@Injectable()
export class FactorSetups {
  constructor(
    private readonly database: Database,
    private readonly backupCodes: BackupCodes,
    private readonly freshness: Freshness,
  ) {}

  /**
   * Who asks, once it is certain that the proof is fresh, and that somebody has proven to own the account: a stranger's
   * registration must not leave a way in.
   *
   * @throws AuthError `session_not_found`, `proof_stale`, `account_not_activated`
   */
  async holder(call: RequestContext, sessionId: string): Promise<FactorSetupHolder> {
    const session = sessionOfToken(call, sessionId);
    const fresh = this.freshness.fresh(call, session);
    const asking = part<FactorSetupHolder & { fresh: boolean }>(
      'asking',
      sql`SELECT h.*, EXISTS (SELECT FROM ${fresh}) AS fresh FROM ${withHolder(session)} h`,
    );
    const holder = await this.database.row(statement(asking));
    if (!holder) throw new AuthError('session_not_found');
    if (!holder.fresh) throw new AuthError('proof_stale');
    if (!holder.proven) throw new AuthError('account_not_activated');
    return holder;
  }

  /** The session while its proof is fresh, judged again by the statement that sets the factor up. */
  allowed(call: RequestContext, sessionId: string): Part<Candidate> {
    return this.freshness.fresh(call, sessionAndAccount(call, sessionId, 'SHARE'));
  }

  /** New backup codes: shown now, and good from the confirmation on. */
  backupCodesFor(accountId: string): { codes: string[]; hashes: string[] } {
    return this.backupCodes.draw(accountId, BACKUP_CODES);
  }

  /** Runs the statement of a set-up that sends nothing; false: the proof has become stale meanwhile. */
  async run(call: RequestContext, allowed: Part<Candidate>, ...effects: Effect[]): Promise<boolean> {
    const verdict = recordedAs('begun', allowed);
    const audited = audit(call, 'factor.setup', verdict);
    const row = await this.database.row(statement({ begun: exists(verdict) }, ...effects, audited));
    return row?.begun ?? false;
  }
}
