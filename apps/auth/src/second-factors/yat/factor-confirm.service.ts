import { Injectable } from '@nestjs/common';
import { lockOwnerForUpdate, SecondFactors, type FactorSetup } from '@app/accounts';
import { audit } from '@app/audit';
import { Database, exists, ofOne, part, type Part, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { ownerOfToken, type Proof, RefreshRotation, sessionOfToken, type TokenSession } from '@app/sessions';
import { FactorConnection, inSession, refuseTakenName } from '@app/sign-in';

/** The code that puts a second factor to use. */
@Injectable()
export class FactorConfirmService {
  constructor(
    private readonly database: Database,
    private readonly factors: SecondFactors,
    private readonly connection: FactorConnection,
    private readonly rotation: RefreshRotation,
  ) {}

  /**
   * Marks the session, ends those of the account that were made without this factor, and tells the owner. `before`: the code that the
   * authenticator showed before this one, where both are asked for; with another one the guess is wrong.
   *
   * @throws AuthError `session_not_found`, `code_wrong`, `phone_taken`
   */
  async confirm(call: RequestContext, sessionId: string, shown: string, before?: string): Promise<void> {
    const known = await this.setup(call, sessionId);
    const code = before === undefined || this.follows(call, known, before, shown) ? shown : '';
    const account = lockOwnerForUpdate(ownerOfToken(call, sessionId));
    const session = sessionOfToken(call, sessionId, account);
    const question = { purpose: 'factor_setup', of: ofAccount(session) } as const;
    const binding = inSession.binding({ ...known, session_id: sessionId }, known.phone);
    const checked = this.connection.redeem(call, question, binding, session, known, code);
    const { redemption, connected, effects } = checked;
    const { verdict } = redemption;
    const marking = part<Proof & { session_id: string }>(
      'marking',
      sql`
        SELECT v.outcome, v.method, s.session_id, c.security_stamp
        FROM ${verdict} v CROSS JOIN ${session} s JOIN ${connected} c ON c.account_id = s.account_id`,
    );
    const row = await this.database
      .row(
        statement(
          { outcome: ofOne(verdict, 'outcome'), connected: exists(connected) },
          redemption,
          ...effects,
          this.rotation.mark(call, marking),
          ...this.connection.announce(call, known.factor, connected, marking),
          audit(call, 'factor.connect', verdict),
        ),
      )
      .catch(refuseTakenName);
    if (!row?.connected) throw new AuthError('code_wrong');
  }

  private follows({ now }: RequestContext, known: FactorSetup, before: string, shown: string): boolean {
    const step = this.factors.stepOf(known, shown, now);
    return step !== undefined && this.factors.stepOf(known, before, now) === step - 1;
  }

  /** What is to be confirmed, by a session that is signed in. */
  private async setup(call: RequestContext, sessionId: string): Promise<FactorSetup> {
    const session = sessionOfToken(call, sessionId);
    const found = part<FactorSetup & { session_id: string }>(
      'found',
      sql`
        SELECT s.session_id, u.* FROM ${session} s LEFT JOIN ${this.factors.setup(call, session)} u ON true
        WHERE s.stage = 'signed_in'`,
    );
    const row = await this.database.row(statement(found));
    if (!row) throw new AuthError('session_not_found');
    if (!row.account_id) throw new AuthError('code_wrong');
    return row;
  }
}

function ofAccount(session: Part<TokenSession>) {
  return sql`a.account_id = (SELECT account_id FROM ${session})`;
}
