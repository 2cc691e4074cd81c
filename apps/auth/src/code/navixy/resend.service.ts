import { Injectable } from '@nestjs/common';
import { recipientOf } from '@app/accounts';
import { Config } from '@app/config';
import {
  AttemptsRepository,
  latestOfSession,
  nextSend,
  type SendRule,
  supersedeSession,
  takeSendWindow,
} from '@app/attempts';
import { audit, auditRefusal, type Recorded } from '@app/audit';
import { Database, of, ofOne, part, sql, statement } from '@app/database';
import { codeMessage, Outbox, type Recipient } from '@app/delivery';
import { AuthError, digest, secondsUntil, type AuthErrorCode, type Call } from '@app/kernel';
import { type SessionRow, SessionsRepository } from '@app/sessions';
import { secondFactorAttempt } from './second-factor.js';

interface Verdict {
  outcome: 'sent' | 'no_session' | 'no_address' | 'too_soon';
  next_at: Date | null;
}

/** Sends the code of a pending session again: a new code, which takes the place of the old one. */
@Injectable()
export class ResendService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly sessions: SessionsRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** Once in a waiting time for an account, however many sessions wait. */
  async resend(call: Call, token: string): Promise<void> {
    const waitSeconds = this.config.sends.navixyResendSeconds;
    const tokenHash = digest(token);
    const awaited = await this.awaited(call, tokenHash);
    if (!awaited) return this.refuse(call, 'session_not_found', 'no_session', null);
    if (awaited.method !== 'email' && awaited.method !== 'sms')
      return this.refuse(call, 'address_missing', 'no_address', awaited.account_id);

    const { outcome, next_at } = await this.send(call, tokenHash, awaited.method, waitSeconds);
    if (outcome === 'no_session') throw new AuthError('session_not_found');
    if (outcome === 'no_address') throw new AuthError('address_missing');
    if (outcome === 'too_soon') {
      const retryAfterSeconds = next_at ? secondsUntil(next_at, call.now) : waitSeconds;
      throw new AuthError('resend_too_soon', { waitSeconds, retryAfterSeconds });
    }
  }

  private async awaited(call: Call, tokenHash: string) {
    return this.database.row(latestOfSession('sign_in', this.sessions.pending(call, tokenHash)));
  }

  private async send(
    call: Call,
    tokenHash: string,
    channel: 'email' | 'sms',
    waitSeconds: number,
  ): Promise<Verdict> {
    const rule: SendRule = { purpose: 'sign_in', waitSeconds };
    const { attempt, code } = secondFactorAttempt(
      call,
      channel,
      tokenHash,
      this.attempts.ruleOf('sign_in', call.now),
    );
    const pending = this.sessions.pending(call, tokenHash);
    const recipient = recipientOf(channel, pending);
    const reachable = part<SessionRow>(
      'reachable',
      sql`SELECT p.* FROM ${pending} p JOIN ${recipient} USING (account_id)`,
    );
    const allowed = part<SessionRow>(
      'allowed',
      sql`SELECT p.* FROM ${pending} p JOIN ${takeSendWindow(call, rule, reachable)} USING (subject)`,
    );
    const opened = this.attempts.open(call, attempt, allowed);
    const to = part<Recipient>(
      'addressee',
      sql`SELECT r.* FROM ${recipient} r JOIN ${allowed} USING (account_id)`,
    );
    const message = codeMessage(call, attempt, { template: 'sign_in_code', channel, code });
    const verdict = part<Recorded & { outcome: Verdict['outcome'] }>(
      'verdict',
      sql`
        SELECT CASE WHEN p.session_id IS NULL THEN 'no_session' WHEN r.address IS NULL THEN 'no_address'
          WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, p.account_id, p.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN ${pending} p ON true LEFT JOIN ${recipient} r ON true
          LEFT JOIN ${opened.attempt} a ON true`,
    );
    const sent = await this.database.row(
      statement(
        { outcome: ofOne(verdict, 'outcome'), next_at: of(nextSend(call, rule, pending), 'next_at') },
        supersedeSession(call, 'sign_in', allowed),
        opened,
        this.outbox.enqueue(message, call.now, to),
        audit(call, 'code.resend', verdict),
      ),
    );
    return sent as Verdict;
  }

  private async refuse(
    call: Call,
    code: AuthErrorCode,
    outcome: string,
    accountId: string | null,
  ): Promise<never> {
    await this.database.rows(auditRefusal(call, 'code.resend', { outcome, accountId }));
    throw new AuthError(code);
  }
}
