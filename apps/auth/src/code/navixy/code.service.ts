import { Injectable } from '@nestjs/common';
import { audit, auditRefusal, type AuditSubject } from '@app/audit';
import { Database, exists, ofOne, statement } from '@app/database';
import {
  AuthError,
  digest,
  isSixDigits,
  randomHex,
  type AuthErrorCode,
  type RequestContext,
} from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import { inSession, SecondFactorCheck } from '@app/sign-in';
import type { PendingSession } from './pending.question.js';

/** The second step of a sign-in: the code that was sent, or the one an authenticator shows. */
@Injectable()
export class NavixyCodeService {
  constructor(
    private readonly database: Database,
    private readonly sessions: SessionsRepository,
    private readonly check: SecondFactorCheck,
  ) {}

  /**
   * Turns the pending session of `token` into a signed-in one and answers its new credential. Burn, promotion and record are one
   * statement; what the session waits for was found beside the limits, and is checked again here. What can be no code is wrong, and no guess.
   *
   * @throws AuthError `session_not_found`, `code_wrong`
   */
  async verify(
    call: RequestContext,
    token: string,
    found: PendingSession | undefined,
    code: string,
  ): Promise<string> {
    if (!found) return this.refuse(call, 'session_not_found', { outcome: 'absent', accountId: null });
    if (!isSixDigits(code))
      return this.refuse(call, 'code_wrong', { outcome: 'no_code', accountId: found.account_id });
    const fresh = randomHex(128);
    const pending = this.sessions.pending(call, digest(token));
    const { redemption, proven, effects } = this.check.redeemCode(call, inSession, pending, found, code);
    const { verdict } = redemption;
    const decision = await this.database.row(
      statement(
        { outcome: ofOne(verdict, 'outcome'), pending: exists(pending) },
        redemption,
        ...effects,
        this.sessions.promote(call, digest(fresh), proven),
        audit(call, 'code.verify', verdict),
      ),
    );
    if (!decision?.pending) throw new AuthError('session_not_found');
    if (decision.outcome !== 'redeemed') throw new AuthError('code_wrong');
    return fresh;
  }

  private async refuse(call: RequestContext, code: AuthErrorCode, subject: AuditSubject): Promise<never> {
    await this.database.rows(auditRefusal(call, 'code.verify', subject));
    throw new AuthError(code);
  }
}
