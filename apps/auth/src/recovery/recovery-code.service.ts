import { Injectable } from '@nestjs/common';
import { codeRecipient } from '@app/accounts';
import {
  AttemptsRepository,
  takeStrangersTurn,
  type NewAttempt,
  type Opening,
  type StrangersRule,
} from '@app/attempts';
import { audit, type AuditEvent, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { Database, part, sql, statement } from '@app/database';
import { codeMessage, Outbox, type Recipient } from '@app/delivery';
import { KeyRing, randomDigits, type RequestContext } from '@app/kernel';
import { ATTEMPTS, TO_WHOM, type RecoveryCodePurpose } from './recovery-code.js';
import { personOf, type Person } from './person.js';

const DIGITS = 16;

/** Mails codes. Who asks learns nothing: not whether there is such a person, nor whether a mail was sent. */
@Injectable()
export class RecoveryCodeService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  /**
   * One statement, the same for everybody. The codes before stay good for their time: whoever asks in the name of another must not
   * be able to make worthless what the owner has in the mailbox.
   */
  async send(call: RequestContext, purpose: RecoveryCodePurpose, person: Person): Promise<void> {
    const code = randomDigits(DIGITS);
    const attempt = this.attempt(call, purpose, code);
    const { waitSeconds, hourlyLimit, hourlyTotal } = this.config.sends;
    const rule: StrangersRule = { purpose, waitSeconds, hourlyLimit, hourlyTotal };
    const messageOf = (channel: 'email' | 'sms') =>
      codeMessage(call, attempt, { template: `${purpose}_code`, channel, code: inGroups(code) });
    const share = purpose === 'recovery' ? 'recovery' : 'anybody';
    const subject = personOf(person, this.keyRing, TO_WHOM[purpose]);
    const turn = takeStrangersTurn(call, rule, subject);
    const allowed = part<Opening>(
      'allowed',
      sql`
        SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp
        FROM ${subject} s JOIN ${turn} USING (subject)`,
    );
    const opened = this.attempts.open(call, attempt, allowed);
    const recipient = codeRecipient(allowed, purpose === 'login');
    const to = (channel: 'email' | 'sms') =>
      part<Recipient>('addressee', sql`SELECT * FROM ${recipient} WHERE channel = ${channel}`);
    const verdict = part<Recorded>(
      'verdict',
      sql`
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM ${subject} s LEFT JOIN ${opened.attempt} a ON true LEFT JOIN ${recipient} r ON true`,
    );
    await this.database.rows(
      statement(
        verdict,
        opened,
        this.outbox.enqueue(call, share, messageOf('email'), to('email')),
        this.outbox.enqueue(call, share, messageOf('sms'), to('sms')),
        audit(call, `${purpose}.code` satisfies AuditEvent, verdict),
      ),
    );
  }

  private attempt(call: RequestContext, purpose: RecoveryCodePurpose, code: string): NewAttempt {
    return {
      id: call.nextId(),
      purpose: ATTEMPTS[purpose],
      factor: 'first',
      kind: 'code',
      method: 'email',
      ...this.attempts.ruleOf(purpose, call.now),
      secret: { binding: purpose, value: code },
    };
  }
}

/** `dddd-dddd-dddd-dddd`, as people read it. */
function inGroups(code: string): string {
  return (code.match(/\d{4}/g) ?? []).join('-');
}
