import { Injectable } from '@nestjs/common';
import { recipientOf } from '@app/accounts';
import { Config } from '@app/config';
import { AttemptsRepository } from '@app/attempts';
import { auditRefusal } from '@app/audit';
import { Database } from '@app/database';
import { AuthError, digest, type AuthErrorCode, type RequestContext } from '@app/kernel';
import { SessionsRepository } from '@app/sessions';
import { CodeSender, inSession, pendingAndAccount, sentCode } from '@app/sign-in';
import type { PendingSession } from './pending.question.js';

/** Sends the code of a pending session again: a new code, which takes the place of the old one. */
@Injectable()
export class NavixyResendService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly sessions: SessionsRepository,
    private readonly sender: CodeSender,
    private readonly config: Config,
  ) {}

  /**
   * Once in a waiting time for an account, however many sessions wait.
   *
   * @throws AuthError those of `CodeSender.send`
   */
  async resend(call: RequestContext, token: string, pending: PendingSession | undefined): Promise<void> {
    if (!pending) return this.refuse(call, 'session_not_found', 'no_session', null);
    const { second_factor: channel, account_id } = pending;
    if (channel !== 'email' && channel !== 'sms')
      return this.refuse(call, 'address_missing', 'no_address', account_id);
    const asking = pendingAndAccount(this.sessions, call, digest(token), 'SHARE');
    await this.sender.send(call, {
      event: 'code.resend',
      asking,
      to: recipientOf(channel, asking),
      scope: inSession,
      rule: { purpose: 'sign_in', waitSeconds: this.config.sends.navixyResendSeconds },
      ...sentCode(call, this.attempts, channel, inSession.binding(pending)),
    });
  }

  private async refuse(
    call: RequestContext,
    code: AuthErrorCode,
    outcome: string,
    accountId: string | null,
  ): Promise<never> {
    await this.database.rows(auditRefusal(call, 'code.resend', { outcome, accountId }));
    throw new AuthError(code);
  }
}
