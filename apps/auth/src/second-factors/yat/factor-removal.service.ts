import { Injectable } from '@nestjs/common';
import { audit, type Recorded } from '@app/audit';
import { Database, part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { FactorConnection, Freshness, sessionAndAccount } from '@app/sign-in';

/** An account without a second factor again. */
@Injectable()
export class FactorRemovalService {
  constructor(
    private readonly database: Database,
    private readonly freshness: Freshness,
    private readonly connection: FactorConnection,
  ) {}

  /**
   * Needs a fresh proof. Nothing to take away is no failure.
   *
   * @throws AuthError `session_not_found`, `proof_stale`
   */
  async disable(call: RequestContext, sessionId: string): Promise<void> {
    const session = sessionAndAccount(call, sessionId);
    const allowed = this.freshness.fresh(call, session);
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT CASE WHEN a.session_id IS NULL THEN 'stale' ELSE 'disabled' END AS outcome, s.account_id, s.session_id,
          NULL::bigint AS attempt_id FROM ${session} s LEFT JOIN ${allowed} a ON true`,
    );
    const removed = this.connection.remove(call, allowed);
    const row = await this.database.row(
      statement(verdict, ...removed, audit(call, 'factor.disconnect', verdict)),
    );
    if (!row) throw new AuthError('session_not_found');
    if (row.outcome === 'stale') throw new AuthError('proof_stale');
  }
}
