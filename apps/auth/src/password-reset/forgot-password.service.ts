import { Injectable } from '@nestjs/common';
import { activeSubjectParts, recipientOf } from '@app/accounts';
import {
  AttemptsRepository,
  LINK_BINDING,
  type NewAttempt,
  nextStrangersSend,
  type Opening,
  type StrangersRule,
  takeStrangersTurn,
} from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { Database, of, ofOne, part, sql, statement } from '@app/database';
import { askedBy, Outbox, type NewMessage } from '@app/delivery';
import {
  AuthError,
  KeyRing,
  randomToken,
  secondsUntil,
  type RequestContext,
  type Identifier,
} from '@app/kernel';

const TOKEN_BITS = 256;

/** The link by which somebody who forgot the password chooses a new one. */
@Injectable()
export class ForgotPasswordService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  /** Mails the link, once in a waiting time for an address. Whether there is such an account shows nowhere. */
  async send(call: RequestContext, email: Identifier): Promise<void> {
    const { waitSeconds, hourlyLimit, hourlyTotal } = this.config.sends;
    const rule: StrangersRule = { purpose: 'password_reset', waitSeconds, hourlyLimit, hourlyTotal };
    const { attempt, message } = this.link(call);
    const { subject } = activeSubjectParts(email, this.keyRing);
    const turn = takeStrangersTurn(call, rule, subject);
    const allowed = part<Opening>(
      'allowed',
      sql`
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM ${subject} s JOIN ${turn} USING (subject)`,
    );
    const opened = this.attempts.open(call, attempt, allowed);
    const verdict = part<Recorded & { outcome: 'sent' | 'too_soon' }>(
      'verdict',
      sql`
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, NULL::bigint AS session_id,
          a.id AS attempt_id FROM ${subject} s LEFT JOIN ${opened.attempt} a ON true`,
    );
    const row = await this.database.row(
      statement(
        {
          outcome: ofOne(verdict, 'outcome'),
          next_at: of(nextStrangersSend(call, rule, subject), 'next_at'),
        },
        opened,
        this.outbox.enqueue(message, call.now, recipientOf('email', allowed)),
        audit(call, 'password.forgot', verdict),
      ),
    );
    if (row?.outcome === 'sent') return;
    throw new AuthError('resend_too_soon', {
      retryAfterSeconds: row?.next_at ? secondsUntil(row.next_at, call.now) : waitSeconds,
    });
  }

  private link(call: RequestContext): { attempt: NewAttempt; message: NewMessage } {
    const token = randomToken(TOKEN_BITS);
    const attempt: NewAttempt = {
      ...this.attempts.ruleOf('password_reset', call.now),
      id: call.nextId(),
      purpose: 'password_reset',
      factor: 'first',
      kind: 'link',
      method: 'email',
      secret: { binding: LINK_BINDING, value: token },
    };
    const link = new URL(this.config.passwordResetUrl);
    link.searchParams.set('token', token);
    const facts = {
      link: link.href,
      lifeSeconds: this.config.attempts.password_reset.lifeSeconds,
      ...askedBy(call),
    };
    const { id: attemptId, expiresAt } = attempt;
    return {
      attempt,
      message: {
        id: call.nextId(),
        channel: 'email',
        template: 'password_reset',
        attemptId,
        expiresAt,
        facts,
      },
    };
  }
}
