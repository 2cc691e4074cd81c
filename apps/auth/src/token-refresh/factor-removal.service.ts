import { Injectable } from '@nestjs/common';
import { recipientOf, SecondFactors } from '@app/accounts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { Outbox, ownerNotice } from '@app/delivery';
import { AuthError, type Call } from '@app/kernel';
import { endSessionsOf, sessionOfToken, survivors } from '@app/sessions';
import { Freshness } from './freshness.js';

/** An account without a second factor again. */
@Injectable()
export class FactorRemovalService {
  constructor(
    private readonly database: Database,
    private readonly factors: SecondFactors,
    private readonly freshness: Freshness,
    private readonly outbox: Outbox,
  ) {}

  /** Needs a fresh proof. Nothing to take away is no failure. */
  async disable(call: Call, sessionId: string): Promise<void> {
    const parts: Parts = {
      session: sessionOfToken(call, sessionId),
      allowed: this.freshness.fresh(call, 'session'),
      ...this.remove(call, 'allowed'),
      verdict: sql`
        SELECT CASE WHEN a.session_id IS NULL THEN 'stale' ELSE 'disabled' END AS outcome, s.account_id, s.session_id,
          NULL::bigint AS attempt_id FROM session s LEFT JOIN allowed a ON true`,
      audited: audit(call, 'factor.disconnect', 'verdict'),
    };
    const row = await this.database.row<{ outcome: string }>(
      statementOf(parts, sql`SELECT outcome FROM verdict`),
    );
    this.outbox.wake();
    if (!row) throw new AuthError('session_not_found');
    if (row.outcome === 'stale') throw new AuthError('proof_stale');
  }

  /** Once the statement has come back. */
  sent(): void {
    this.outbox.wake();
  }

  /** Parts that take the factor of the account in part `from` away and tell its owner. */
  remove(call: Call, from: string): Parts {
    return {
      ...this.factors.disconnect(call, from),
      ...endSessionsOf(call, 'second_factor_disabled', 'disconnected', survivors.signedIn),
      recipient: recipientOf('email', 'disconnected'),
      notice: this.outbox.enqueue(
        ownerNotice(call, 'factor_changed', { change: 'disabled' }),
        call.now,
        sql`SELECT * FROM recipient`,
      ),
    };
  }
}
