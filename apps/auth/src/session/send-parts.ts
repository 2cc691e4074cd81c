import { Injectable } from '@nestjs/common';
import { accountContact, signUpContact, strangerOf } from '@app/accounts';
import {
  AttemptsRepository,
  nextSend,
  supersedeBrowserAttempt,
  takeSendWindow,
  type SendRule,
} from '@app/attempts';
import { audit } from '@app/audit';
import { Config } from '@app/config';
import { type Parts, type Sql, sql } from '@app/database';
import { Outbox } from '@app/delivery';
import { KeyRing, type Call } from '@app/kernel';
import { BrowserSessions } from '@app/sessions';
import type { Browser } from './browser.js';
import type { BrowserAttempt } from './browser-view.js';
import type { Channel, Sending } from './sending.js';

export interface SendVerdict {
  outcome: 'sent' | 'too_soon' | 'absent';
  next_at: Date | null;
}

/** The statement that sends a code, in its parts. */
@Injectable()
export class SendParts {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly browsers: BrowserSessions,
    private readonly outbox: Outbox,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  /** Answers a `SendVerdict`. */
  of(
    call: Call,
    browser: Browser,
    attempt: BrowserAttempt,
    channel: Channel,
    sending: Sending,
  ): { parts: Parts; answer: Sql } {
    const parts: Parts = {
      browser: this.browsers.locked(call, browser),
      flow: this.flow(call, attempt, channel),
      contact:
        attempt.kind === 'sign_up' ? signUpContact(channel) : accountContact(channel, attempt.stage === null),
      ...this.windows(call, attempt, channel),
      replaced: supersedeBrowserAttempt(call, 'allowed'),
      ...this.open(call, sending),
      ...this.messages(call, sending),
      verdict: sql`
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN flow f ON true LEFT JOIN attempt a ON true`,
      audited: audit(call, 'code.send', 'verdict'),
    };
    const answer = sql`
      SELECT outcome, CASE WHEN EXISTS (SELECT FROM attempt_turn) THEN (SELECT next_at FROM recipient_waits)
        ELSE (SELECT next_at FROM attempt_waits) END AS next_at FROM verdict`;
    return { parts, answer };
  }

  /** Each address of a sign-up has guesses of its own. */
  private flow(call: Call, attempt: BrowserAttempt, channel: Channel): Sql {
    if (attempt.kind === 'sign_in') {
      return attempt.stage === null
        ? this.browsers.unproven(call, attempt.id)
        : this.browsers.pending(call, attempt.id);
    }
    const [kind, value] =
      channel === 'email' ? (['email', attempt.email] as const) : (['phone', attempt.phone] as const);
    const subject = strangerOf({ kind, value: value ?? '' }, this.keyRing);
    return sql`
      SELECT s.id, ${subject}::text AS subject, s.account_id, s.session_id FROM (${this.browsers.unproven(call, attempt.id)}) s`;
  }

  /** `allowed`: the flow, when neither the attempt nor the recipient has to wait. */
  private windows(call: Call, attempt: BrowserAttempt, channel: Channel): Parts {
    const { waitSeconds, hourlyLimit } = this.config.sends;
    const ofAttempt: SendRule = { purpose: attempt.kind, waitSeconds };
    const ofRecipient: SendRule = { purpose: attempt.kind, waitSeconds: 0, hourlyLimit };
    return {
      of_attempt: sql`SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || ${`:${channel}`}::text AS subject FROM flow f`,
      attempt_turn: takeSendWindow(call, ofAttempt, 'of_attempt'),
      of_recipient: sql`SELECT ${`${channel}:`}::text || f.subject AS subject FROM flow f`,
      of_turn: sql`SELECT r.subject FROM of_recipient r WHERE EXISTS (SELECT FROM attempt_turn)`,
      recipient_turn: takeSendWindow(call, ofRecipient, 'of_turn'),
      allowed: sql`SELECT f.* FROM flow f WHERE EXISTS (SELECT FROM recipient_turn)`,
      attempt_waits: nextSend(call, ofAttempt, 'of_attempt'),
      recipient_waits: nextSend(call, ofRecipient, 'of_recipient'),
    };
  }

  /** An address that cannot be proven here opens what nobody can redeem. */
  private open(call: Call, { code, link }: Sending): Parts {
    const { attempt: linked } = link ? this.attempts.open(call, link, 'opening') : {};
    return {
      opening: sql`
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM allowed f LEFT JOIN contact c ON NOT c.refused`,
      ...this.attempts.open(call, code, 'opening'),
      ...(linked && { linked }),
    };
  }

  private messages(call: Call, { message, notice }: Sending): Parts {
    const recipient = (refused: boolean) => sql`
      SELECT c.address, c.language, c.account_id FROM contact c, allowed WHERE c.refused = ${refused}::boolean`;
    return {
      message: this.outbox.enqueue(message, call.now, recipient(false)),
      notice: this.outbox.enqueue(notice, call.now, recipient(true)),
    };
  }
}
