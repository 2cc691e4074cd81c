import { Injectable } from '@nestjs/common';
import { SecondFactors, holdAloneOf, recipientOf, type FactorSetup } from '@app/accounts';
import { AttemptsRepository, type RedeemOutcome } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { Outbox, ownerNotice } from '@app/delivery';
import { AuthError, type Call } from '@app/kernel';
import { endSessionsOf, ownerOfToken, RefreshRotation, sessionOfToken, survivors } from '@app/sessions';
import { refuseTaken } from './account.service.js';
import { bindingOf } from './second-factor-code.js';

const OF_SESSION = {
  purpose: 'factor_setup',
  of: sql`a.account_id = (SELECT account_id FROM session)`,
} as const;

/** The code that puts a second factor to use. */
@Injectable()
export class FactorConfirmService {
  constructor(
    private readonly database: Database,
    private readonly factors: SecondFactors,
    private readonly attempts: AttemptsRepository,
    private readonly rotation: RefreshRotation,
    private readonly outbox: Outbox,
  ) {}

  /** Marks the session, ends those of the account that were made without this factor, and tells the owner. */
  async confirm(call: Call, sessionId: string, code: string): Promise<void> {
    const setup = await this.setup(call, sessionId);
    const provenBy = survivors.provenBy(setup.factor === 'totp' ? 'otp' : 'sms');
    const parts: Parts = {
      owner: ownerOfToken(call, sessionId),
      account: holdAloneOf('owner'),
      session: sessionOfToken(call, sessionId, 'account'),
      setup: this.factors.setup(call, 'session'),
      ...this.redeem(call, setup, sessionId, code),
      marked: this.rotation.mark(call, 'marking'),
      ...endSessionsOf(call, 'second_factor_enabled', 'connected', provenBy, 'marking'),
      recipient: recipientOf('email', 'connected'),
      notice: this.outbox.enqueue(
        ownerNotice(call, 'factor_changed', { change: `${setup.factor}_enabled` }),
        call.now,
        sql`SELECT * FROM recipient`,
      ),
      audited: audit(call, 'factor.connect', 'verdict'),
    };
    const answer = sql`SELECT outcome, EXISTS (SELECT FROM connected) AS connected FROM verdict`;
    const row = await this.database
      .row<{ outcome: RedeemOutcome; connected: boolean }>(statementOf(parts, answer))
      .catch((error: unknown) => refuseTaken(error));
    this.outbox.wake();
    if (!row?.connected) throw new AuthError('code_wrong');
  }

  private redeem(call: Call, setup: FactorSetup, sessionId: string, code: string): Parts {
    const step = this.factors.stepOf(setup, code, call.now);
    const unchanged = this.factors.isUnchanged(setup, 'setup');
    const redeem =
      setup.factor === 'totp'
        ? this.attempts.redeemTotp(call, OF_SESSION, sql`(${step !== undefined}::boolean AND ${unchanged})`)
        : this.attempts.redeem(call, OF_SESSION, `${bindingOf(sessionId)} ${setup.phone}`, code);
    return {
      ...redeem,
      ...this.factors.connect(call, step, 'setup', 'verdict'),
      codes_overtaken: this.attempts.supersedeSent(call, 'connected'),
      marking: sql`
        SELECT v.outcome, v.method, s.session_id, c.security_stamp
        FROM verdict v JOIN connected c USING (account_id) JOIN session s USING (account_id)`,
    };
  }

  private async setup(call: Call, sessionId: string): Promise<FactorSetup> {
    const parts = { session: sessionOfToken(call, sessionId), setup: this.factors.setup(call, 'session') };
    const answer = sql`SELECT s.session_id, u.* FROM session s LEFT JOIN setup u ON true WHERE s.stage = 'signed_in'`;
    const row = await this.database.row<FactorSetup & { session_id: string }>(statementOf(parts, answer));
    if (!row) throw new AuthError('session_not_found');
    if (!row.account_id) throw new AuthError('code_wrong');
    return row;
  }
}
