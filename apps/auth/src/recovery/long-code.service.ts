import { Injectable } from '@nestjs/common';
import { UNREGISTERED } from '@app/accounts';
import { AttemptsRepository, supersedeSubject, takeSendWindow, type NewAttempt } from '@app/attempts';
import { audit, type AuditEvent } from '@app/audit';
import { Config } from '@app/config';
import { Database, type Parts, sql, type Sql, statementOf } from '@app/database';
import { codeMessage, Outbox } from '@app/delivery';
import { KeyRing, randomDigits, type Call } from '@app/kernel';
import { personParts, type Person } from './person.js';

/** What a mailed code of 16 digits is good for. */
export type LongCodePurpose = 'recovery' | 'registration' | 'login';

const DIGITS = 16;
const TO_WHOM: Record<LongCodePurpose, Sql> = {
  recovery: sql`true`,
  registration: UNREGISTERED,
  login: sql`true`,
};

/** Mails codes. Who asks learns nothing: not whether there is such a person, nor whether a mail was sent. */
@Injectable()
export class LongCodeService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  /** A new code takes the place of the old one. One statement, the same for everybody. */
  async send(call: Call, purpose: LongCodePurpose, person: Person): Promise<void> {
    const code = randomDigits(DIGITS);
    const attempt = this.attempt(call, purpose, code);
    const { waitSeconds, hourlyLimit } = this.config.sends;
    const rule = { purpose, waitSeconds, hourlyLimit };
    const messageOf = (channel: 'email' | 'sms') =>
      codeMessage(call, attempt, { template: `${purpose}_code`, channel, code: inGroups(code) });
    const parts: Parts = {
      ...personParts(person, this.keyRing, TO_WHOM[purpose]),
      window_taken: takeSendWindow(call, rule, 'subject'),
      allowed: sql`SELECT s.subject, s.account_id, NULL::bigint AS session_id, s.security_stamp FROM subject s JOIN window_taken USING (subject)`,
      replaced: supersedeSubject(call, purpose, 'allowed'),
      ...this.attempts.open(call, attempt, 'allowed'),
      recipient: channelOf(purpose),
      mailed: this.outbox.enqueue(
        messageOf('email'),
        call.now,
        sql`SELECT * FROM recipient WHERE channel = 'email'`,
      ),
      texted: this.outbox.enqueue(
        messageOf('sms'),
        call.now,
        sql`SELECT * FROM recipient WHERE channel = 'sms'`,
      ),
      verdict: sql`
        SELECT CASE WHEN a.id IS NULL THEN 'too_soon' WHEN s.account_id IS NULL THEN 'unknown'
          WHEN r.address IS NULL THEN 'no_address' ELSE 'sent' END AS outcome,
          s.account_id, NULL::bigint AS session_id, a.id AS attempt_id
        FROM subject s LEFT JOIN attempt a ON true LEFT JOIN recipient r ON true`,
      audited: audit(call, `${purpose}.code` satisfies AuditEvent, 'verdict'),
    };
    await this.database.rows(statementOf(parts, sql`SELECT FROM verdict`));
    this.outbox.wake();
  }

  private attempt(call: Call, purpose: LongCodePurpose, code: string): NewAttempt {
    return {
      id: call.nextId(),
      purpose,
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

/**
 * Part: where the code goes: to the mailbox, but a login code to the phone of an account whose second factor that is.
 * `{address, language, account_id, channel}`.
 */
function channelOf(purpose: LongCodePurpose): Sql {
  const texted = sql`(${purpose === 'login'}::boolean AND a.second_factor = 'sms')`;
  return sql`
    SELECT CASE WHEN ${texted} THEN a.phone ELSE a.email END AS address, a.language, a.id AS account_id,
      CASE WHEN ${texted} THEN 'sms' ELSE 'email' END AS channel
    FROM accounts a JOIN allowed f ON f.account_id = a.id`;
}
