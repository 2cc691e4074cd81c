import { Injectable } from '@nestjs/common';
import { changeKeys, insertCredentials, recipientOf, revokeCredentials, type Enrolment } from '@app/accounts';
import { AttemptsRepository, LINK_BINDING } from '@app/attempts';
import { Config } from '@app/config';
import { type Parts, raw, type Sql, sql } from '@app/database';
import { askedBy, Outbox, type NewMessage } from '@app/delivery';
import { plusSeconds, randomToken, type Call } from '@app/kernel';
import { endSessionsOf } from '@app/sessions';
import type { ProvenKeys } from './new-keys.service.js';

const LINK_BITS = 128;
const NOTICE_LIFE_SECONDS = 86_400;

/** What a recovery does, as parts of the statement that decides about it. */
@Injectable()
export class RecoveryEffects {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** How long a proven recovery waits; 0: not at all. */
  get delaySeconds(): number {
    return this.config.recovery.delaySeconds;
  }

  /**
   * Parts that replace every key of the account of part `from`, end all its sessions in all protocols, and tell every
   * channel. Its second factor stays; an account without one gets the authenticator, if one is given. `keys`: a jsonb list of rows.
   */
  complete(call: Call, keys: Sql, from: string, totp?: Enrolment): Parts {
    const facts = askedBy(call);
    const expiresAt = plusSeconds(call.now, NOTICE_LIFE_SECONDS);
    return {
      revoked: revokeCredentials(call, from),
      inserted: insertCredentials(call, keys, from, 'revoked'),
      ...changeKeys(call, from, totp),
      ...endSessionsOf(call, 'recovered', 'raised'),
      ...this.notices(call, { template: 'recovery_completed', facts, expiresAt }, from),
    };
  }

  /** Parts that keep a proven recovery until it is due, in the place of one that waits already, and tell every channel how to stop it. */
  postpone(call: Call, { rows, totp }: ProvenKeys, from: string): Parts {
    const dueAt = plusSeconds(call.now, this.delaySeconds);
    const token = randomToken(LINK_BITS);
    const stop = {
      id: call.nextId(),
      purpose: 'recovery_stop',
      factor: 'first',
      kind: 'link',
      method: 'email',
    } as const;
    const link = {
      ...stop,
      ...this.attempts.ruleOf('recovery_stop', call.now),
      secret: { binding: LINK_BINDING, value: token },
    };
    const stopUrl = `${this.config.http.publicUrl}/auth/recover/stop?token=${token}`;
    const facts = { ...askedBy(call), dueAt: dueAt.toISOString(), stopUrl };
    return {
      replaced: sql`
        UPDATE pending_recoveries p SET ended_at = ${call.now}::timestamptz, end_reason = 'replaced' FROM ${raw(from)} f
        WHERE p.account_id = f.account_id AND p.ended_at IS NULL RETURNING p.id`,
      postponed: sql`
        INSERT INTO pending_recoveries (id, account_id, protocol, credentials, totp_sealed, created_at, due_at)
        SELECT ${call.nextId()}::bigint, f.account_id, ${call.protocol}, ${JSON.stringify(rows)}::jsonb, ${totp?.sealed ?? null},
          ${call.now}::timestamptz, ${dueAt}::timestamptz
        FROM ${raw(from)} f, (SELECT count(*) FROM replaced) r RETURNING id`,
      subject_of_stop: sql`
        SELECT account_id::text AS subject, account_id, NULL::bigint AS session_id, NULL::int AS security_stamp FROM ${raw(from)}`,
      ...this.attempts.open(call, link, 'subject_of_stop'),
      ...this.notices(call, { template: 'recovery_started', facts, expiresAt: dueAt }, from),
    };
  }

  /** Has the mails sent. To be called when the statement has come back. */
  wake(): void {
    this.outbox.wake();
  }

  private notices(call: Call, notice: Notice, from: string): Parts {
    const to = (channel: 'email' | 'sms') =>
      this.outbox.enqueue(
        { id: call.nextId(), channel, ...notice } as NewMessage,
        call.now,
        recipientOf(channel, from),
      );
    return { mailed: to('email'), texted: to('sms') };
  }
}

type Notice = Pick<
  Extract<NewMessage, { template: 'recovery_started' | 'recovery_completed' }>,
  'template' | 'facts' | 'expiresAt'
>;
