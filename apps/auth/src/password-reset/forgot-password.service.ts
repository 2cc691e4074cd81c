import { Injectable } from '@nestjs/common';
import { activeSubjectParts, resetContact, type ResetContact, type Subject } from '@app/accounts';
import {
  AttemptsRepository,
  newLink,
  type NewAttempt,
  nextStrangersSend,
  type Opening,
  type StrangersRule,
  takeStrangersTurn,
} from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { Database, of, ofOne, part, type Part, raw, sql, type Sql, statement } from '@app/database';
import { askedBy, canText, Outbox, type NewMessage, type Recipient } from '@app/delivery';
import { AuthError, KeyRing, secondsUntil, type RequestContext, type Identifier } from '@app/kernel';

/** The link by which somebody who forgot the password chooses a new one. */
@Injectable()
export class ForgotPasswordService {
  private readonly texts: boolean;

  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {
    this.texts = canText(config);
  }

  /**
   * Sends the link, once in a waiting time for an address: by mail, or where the mailbox is the second factor to the phone, which the
   * mailbox is told. Whether there is such an account shows nowhere.
   */
  async send(call: RequestContext, email: Identifier): Promise<void> {
    const { waitSeconds, hourlyLimit, hourlyTotal } = this.config.sends;
    const rule: StrangersRule = { purpose: 'password_reset', waitSeconds, hourlyLimit, hourlyTotal };
    const { subject } = activeSubjectParts(email, this.keyRing);
    const turn = takeStrangersTurn(call, rule, subject);
    const allowed = part<Subject>('allowed', sql`SELECT s.* FROM ${subject} s JOIN ${turn} USING (subject)`);
    const contact = resetContact(allowed, this.texts);
    const mailed = this.link(call, 'email');
    const texted = this.link(call, 'sms');
    const byMail = this.attempts.open(call, mailed.attempt, openingBy('email', allowed, contact));
    const byText = this.attempts.open(call, texted.attempt, openingBy('sms', allowed, contact));
    const verdict = part<Recorded & { outcome: 'sent' | 'too_soon' }>(
      'verdict',
      sql`
        SELECT CASE WHEN o.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome, s.account_id, NULL::bigint AS session_id,
          o.id AS attempt_id
        FROM ${subject} s LEFT JOIN (SELECT id FROM ${byMail.attempt} UNION ALL SELECT id FROM ${byText.attempt}) o ON true`,
    );
    const row = await this.database.row(
      statement(
        {
          outcome: ofOne(verdict, 'outcome'),
          next_at: of(nextStrangersSend(call, rule, subject), 'next_at'),
        },
        byMail,
        byText,
        this.outbox.enqueue(call, 'recovery', mailed.message, to(contact, 'email', sql`way = 'email'`)),
        this.outbox.enqueue(call, 'recovery', texted.message, to(contact, 'phone', sql`way = 'sms'`)),
        this.outbox.enqueue(
          call,
          'recovery',
          this.notice(call),
          to(contact, 'email', sql`way IS DISTINCT FROM 'email'`),
        ),
        audit(call, 'password.forgot', verdict),
      ),
    );
    if (row?.outcome === 'sent') return;
    throw new AuthError('resend_too_soon', {
      retryAfterSeconds: row?.next_at ? secondsUntil(row.next_at, call.now) : waitSeconds,
    });
  }

  private link(call: RequestContext, channel: 'email' | 'sms'): { attempt: NewAttempt; message: NewMessage } {
    const purpose = 'password_reset';
    const rule = this.attempts.ruleOf(purpose, call.now);
    const { token, attempt } = newLink(call, { purpose, method: channel, ...rule });
    const link = new URL(this.config.passwordResetUrl);
    link.searchParams.set('token', token);
    const { lifeSeconds } = this.config.attempts.password_reset;
    const facts = { link: link.href, lifeSeconds, ...askedBy(call) };
    const { id: attemptId, expiresAt } = attempt;
    const id = call.nextId();
    return { attempt, message: { id, channel, template: 'password_reset', attemptId, expiresAt, facts } };
  }

  private notice(call: RequestContext): NewMessage {
    const { expiresAt } = this.attempts.ruleOf('password_reset', call.now);
    const id = call.nextId();
    return { id, channel: 'email', template: 'reset_elsewhere', expiresAt, facts: askedBy(call) };
  }
}

/** For whom a link is opened by this way; one by mail also for nobody, so that whoever gets none is counted like everybody else. */
function openingBy(way: 'email' | 'sms', allowed: Part<Subject>, contact: Part<ResetContact>): Part<Opening> {
  return part(
    'opening',
    sql`
    SELECT a.subject, c.account_id, NULL::bigint AS session_id, c.security_stamp
    FROM ${allowed} a LEFT JOIN ${contact} c ON c.way = ${way}
    WHERE ${way} = coalesce((SELECT way FROM ${contact}), 'email')`,
  );
}

function to(contact: Part<ResetContact>, address: 'email' | 'phone', which: Sql): Part<Recipient> {
  return part(
    'recipient',
    sql`SELECT c.${raw(address)} AS address, c.language, c.account_id FROM ${contact} c WHERE ${which}`,
  );
}
