import { Injectable } from '@nestjs/common';
import {
  addressedTo,
  noteContact,
  type AccountAddress,
  type HeldAccount,
  type OfAccount,
  type WaitingContact,
  type WantedContact,
} from '@app/accounts';
import { AttemptsRepository, closeAttempts, newLink, type NewAttempt, type Opening } from '@app/attempts';
import { Config } from '@app/config';
import { after, type Effect, part, type Part, sql, type Sql } from '@app/database';
import { askedBy, codeMessage, type NewMessage, Outbox, ownerNotice } from '@app/delivery';
import { AuthError, plusSeconds, randomDigits, secondsUntil, type RequestContext } from '@app/kernel';
import { OwnerNotices } from '../owner-notices.js';
import { bindingOf } from './contact-proof.js';
import { otherOwner, permissionOf, type Permission } from './permission.js';

const LINK_BITS = 128;

/** How a statement that asks for another contact has gone. */
export interface Asked {
  refusal: 'stale' | 'taken' | 'too_soon' | null;
  next_at: Date | null;
}

/**
 * An account comes to another address by a proof that its reader is there. Until then the one before is its name, and signs in
 * (docs/decisions/0036).
 */
@Injectable()
export class ContactChange {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly outbox: Outbox,
    private readonly notices: OwnerNotices,
    private readonly config: Config,
  ) {}

  /** See `permissionOf`. */
  permission<Row extends HeldAccount>(
    call: RequestContext,
    wanted: WantedContact,
    asking: Part<Row>,
  ): Permission<Row> {
    return permissionOf(this.config, call, wanted, asking);
  }

  /**
   * Notes a contact that nothing is sent to yet, in the place of what waited; `refusal`: why not.
   */
  note<Row extends HeldAccount>(
    call: RequestContext,
    wanted: WantedContact,
    asking: Part<Row>,
  ): { noted: Part<WaitingContact>; refusal: Sql } {
    const { taken } = otherOwner(this.config, wanted, asking);
    const free = part<Row>('free', sql`SELECT s.* FROM ${asking} s WHERE NOT ${taken}`);
    const refusal = sql`CASE WHEN NOT EXISTS (SELECT FROM ${asking}) THEN 'stale' WHEN ${taken} THEN 'taken' END`;
    const terms = { id: call.nextId(), expiresAt: this.waitsUntil(call) };
    return { noted: noteContact(wanted, terms, free), refusal };
  }

  /**
   * Parts that send the code by which a contact is proven that waits under this id. `from`: the account, held alone.
   */
  sendCode(
    call: RequestContext,
    { id, channel, address }: WaitingContact,
    from: Part<HeldAccount>,
    other: Part<AccountAddress>,
  ): Effect[] {
    const code = randomDigits(6);
    const attempt: NewAttempt = {
      ...this.attempts.ruleOf('second_factor', call.now),
      id: call.nextId(),
      purpose: 'contact_change',
      factor: 'second',
      kind: 'code',
      method: channel,
      secret: { binding: bindingOf(id, address), value: code },
    };
    const opened = this.open(call, attempt, from, other);
    const terms = { id, attemptId: attempt.id, expiresAt: this.waitsUntil(call) };
    const noted = noteContact({ channel, address }, terms, opened.attempt as Part<OfAccount>);
    const message = codeMessage(call, attempt, { template: 'address_code', channel, code });
    const { id: attemptId } = attempt;
    return [
      opened,
      this.outbox.enqueue(call, 'anybody', message, addressedTo(address, noted)),
      ...(channel === 'email'
        ? this.notices.tell(call, noted, { template: 'email_changing', facts: {}, attemptId })
        : []),
      this.outbox.enqueue(call, 'anybody', ownerNotice(call, channel, 'account_exists', {}), other),
    ];
  }

  private waitsUntil({ now }: RequestContext): Date {
    return plusSeconds(now, this.config.attempts.contact_change.lifeSeconds);
  }

  /** @throws AuthError `proof_stale`, `email_taken`, `phone_taken`, `resend_too_soon` */
  refuse({ now }: RequestContext, { channel }: WantedContact, { refusal, next_at }: Partial<Asked>): void {
    if (refusal === 'stale') throw new AuthError('proof_stale');
    if (refusal === 'taken') throw new AuthError(channel === 'email' ? 'email_taken' : 'phone_taken');
    if (refusal !== 'too_soon') return;
    const { waitSeconds } = this.config.sends;
    const retryAfterSeconds = next_at ? secondsUntil(next_at, now) : waitSeconds;
    throw new AuthError('resend_too_soon', { waitSeconds, retryAfterSeconds });
  }

  /**
   * Parts that mail the link by which a new address is proven, to it and nobody else, and tell the owner at the one before; where another
   * account has it, whose it is. `from`: the account, held alone, with the stamp that it has from now on.
   */
  sendLink(
    call: RequestContext,
    email: string,
    from: Part<HeldAccount>,
    other: Part<AccountAddress>,
  ): Effect[] {
    const rule = this.attempts.ruleOf('contact_change', call.now);
    const common = { purpose: 'contact_change', method: 'email', ...rule } as const;
    const { token, attempt } = newLink(call, common, LINK_BITS);
    const { id: attemptId, expiresAt } = attempt;
    const opened = this.open(call, attempt, from, other);
    const noted = noteContact(
      { channel: 'email', address: email },
      { id: attemptId, attemptId, expiresAt },
      opened.attempt as Part<OfAccount>,
    );
    return [
      opened,
      this.outbox.enqueue(call, 'anybody', this.linkMail(call, attempt, token), addressedTo(email, noted)),
      ...this.notices.tell(call, noted, { template: 'email_changing', facts: {}, attemptId }),
      this.outbox.enqueue(call, 'anybody', ownerNotice(call, 'email', 'account_exists', {}), other),
    ];
  }

  private linkMail(call: RequestContext, { id, expiresAt }: NewAttempt, token: string): NewMessage {
    const link = `${this.config.http.publicUrl}/confirm-email?token=${token}`;
    const { lifeSeconds } = this.config.attempts.contact_change;
    const facts = { link, lifeSeconds, ...askedBy(call) };
    const to = { id: call.nextId(), channel: 'email', attemptId: id, expiresAt } as const;
    return { ...to, template: 'email_change', facts };
  }

  /** Opens what proves a new contact, in the place of what is open for one of its kind. */
  private open(
    call: RequestContext,
    attempt: NewAttempt,
    from: Part<HeldAccount>,
    other: Part<AccountAddress>,
  ) {
    const replaced = closeAttempts(
      call,
      sql`a.account_id = (SELECT account_id FROM ${from}) AND a.purpose = 'contact_change' AND a.method = ${attempt.method}`,
    );
    const opening = part<Opening>(
      'opening',
      sql`
        SELECT f.account_id::text AS subject, f.account_id, NULL::bigint AS session_id, f.security_stamp
        FROM ${from} f CROSS JOIN ${after(replaced)} WHERE NOT EXISTS (SELECT FROM ${other})`,
    );
    return this.attempts.open(call, attempt, opening);
  }
}
