import { Injectable } from '@nestjs/common';
import { accountContact, type Contact, signUpContact, unknownSubject } from '@app/accounts';
import {
  AttemptsRepository,
  insertLinkPage,
  nextSend,
  nextStrangersSend,
  type Opened,
  type Opening,
  type SendRule,
  type StrangersRule,
  supersedeBrowserAttempt,
  takeSendWindow,
  takeStrangersTurn,
} from '@app/attempts';
import { audit, type Recorded } from '@app/audit';
import { Config } from '@app/config';
import { after, of, ofOne, part, type Part, sql, type Sql, type Statement, statement } from '@app/database';
import { Outbox, type Recipient, type Share } from '@app/delivery';
import { KeyRing, type RequestContext } from '@app/kernel';
import { shareOwner } from '@app/sign-in';
import { BrowserSessions, type Flow, type LockedBrowser } from '@app/sessions';
import type { Browser } from './browser.js';
import type { BrowserAttempt } from './browser-view.js';
import { purposeOf, type Channel, type Sending } from './sending.js';

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

  of(
    call: RequestContext,
    browser: Browser,
    attempt: BrowserAttempt,
    channel: Channel,
    sending: Sending,
  ): Statement<SendVerdict> {
    const flow = this.flow(call, attempt, channel, this.browsers.locked(call, browser));
    const contact =
      attempt.kind === 'sign_up'
        ? signUpContact(channel, flow)
        : accountContact(channel, attempt.stage === null, flow);
    const { allowed, next } = this.windows(call, attempt, channel, flow);
    const replaced = supersedeBrowserAttempt(call, allowed);
    const { opened, linked } = this.open(call, sending, allowed, contact, replaced);
    const verdict = part<Recorded & { outcome: SendVerdict['outcome'] }>(
      'verdict',
      sql`
        SELECT CASE WHEN f.id IS NULL THEN 'absent' WHEN a.id IS NULL THEN 'too_soon' ELSE 'sent' END AS outcome,
          f.account_id, f.session_id, a.id AS attempt_id
        FROM (VALUES (1)) one LEFT JOIN ${flow} f ON true LEFT JOIN ${opened.attempt} a ON true`,
    );
    return statement(
      { outcome: ofOne(verdict, 'outcome'), next_at: of(next, 'next_at') },
      opened,
      linked,
      linked && insertLinkPage(call, undefined, linked),
      this.messages(call, attempt.stage === 'pending' ? 'owner' : 'anybody', sending, allowed, contact),
      audit(call, 'code.send', verdict),
    );
  }

  /** Each address of a sign-up has guesses of its own. */
  private flow(
    call: RequestContext,
    attempt: BrowserAttempt,
    channel: Channel,
    browser: Part<LockedBrowser>,
  ): Part<Flow> {
    if (attempt.stage === 'pending') return this.browsers.pending(call, attempt.id, browser, shareOwner);
    const unproven = this.browsers.unproven(call, attempt.id, browser);
    if (attempt.kind === 'sign_in') return unproven;
    const [kind, value] =
      channel === 'email' ? (['email', attempt.email] as const) : (['phone', attempt.phone] as const);
    const subject = unknownSubject({ kind, value: value ?? '' }, this.keyRing);
    return part(
      'flow',
      sql`SELECT s.id, ${subject}::text AS subject, s.account_id, s.session_id FROM ${unproven} s`,
    );
  }

  /** `allowed`: the flow, when neither the attempt nor the recipient has to wait; `next`: until when one of them has to. */
  private windows(
    call: RequestContext,
    attempt: BrowserAttempt,
    channel: Channel,
    flow: Part<Flow>,
  ): { allowed: Part<Flow>; next: Part<{ next_at: Date | null }> } {
    const { waitSeconds, hourlyLimit, hourlyTotal } = this.config.sends;
    const ruleOfAttempt: SendRule = { purpose: purposeOf(attempt), waitSeconds };
    const ofAttempt = subjectPart(
      sql`SELECT 'attempt:' || f.id || coalesce(':' || f.session_id, '') || ${`:${channel}`}::text AS subject FROM ${flow} f`,
    );
    const ofRecipient = subjectPart(
      sql`SELECT ${`${channel}:`}::text || f.subject AS subject FROM ${flow} f`,
    );
    const attemptTurn = takeSendWindow(call, ruleOfAttempt, ofAttempt);
    const ready = subjectPart(
      sql`SELECT r.subject FROM ${ofRecipient} r WHERE EXISTS (SELECT FROM ${attemptTurn})`,
    );
    // Behind the password nobody is a stranger.
    const total = attempt.stage === 'pending' ? hourlyLimit : hourlyTotal;
    const rule: StrangersRule = {
      purpose: purposeOf(attempt),
      waitSeconds: 0,
      hourlyLimit,
      hourlyTotal: total,
    };
    const recipientTurn = takeStrangersTurn(call, rule, ready);
    return {
      allowed: part('allowed', sql`SELECT f.* FROM ${flow} f WHERE EXISTS (SELECT FROM ${recipientTurn})`),
      next: part(
        'next',
        sql`
        SELECT next_at FROM ${nextStrangersSend(call, rule, ofRecipient)} WHERE EXISTS (SELECT FROM ${attemptTurn})
        UNION ALL
        SELECT next_at FROM ${nextSend(call, ruleOfAttempt, ofAttempt)} WHERE NOT EXISTS (SELECT FROM ${attemptTurn})`,
      ),
    };
  }

  /** An address that cannot be proven here opens what nobody can redeem. */
  private open(
    call: RequestContext,
    { code, link }: Sending,
    allowed: Part<Flow>,
    contact: Part<Contact>,
    replaced: Part,
  ): { opened: Opened; linked: Opened['attempt'] | undefined } {
    const opening = part<Opening>(
      'opening',
      sql`
        SELECT f.subject, f.session_id, c.account_id, c.security_stamp
        FROM ${allowed} f CROSS JOIN ${after(replaced)} LEFT JOIN ${contact} c ON NOT c.refused`,
    );
    return {
      opened: this.attempts.open(call, code, opening),
      linked: link && this.attempts.open(call, link, opening).attempt,
    };
  }

  private messages(
    call: RequestContext,
    share: Share,
    { message, notice }: Sending,
    allowed: Part<Flow>,
    contact: Part<Contact>,
  ): Record<string, Part> {
    const recipient = (refused: boolean) =>
      part<Recipient>(
        'recipient',
        sql`SELECT c.address, c.language, c.account_id FROM ${contact} c, ${allowed} WHERE c.refused = ${refused}::boolean`,
      );
    return {
      message: this.outbox.enqueue(call, share, message, recipient(false)),
      notice: this.outbox.enqueue(call, share, notice, recipient(true)),
    };
  }
}

function subjectPart(body: Sql): Part<{ subject: string }> {
  return part('subject', body);
}
