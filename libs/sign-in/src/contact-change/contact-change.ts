import { Injectable } from '@nestjs/common';
import {
  addressedTo,
  noteContact,
  type AccountAddress,
  type HeldAccount,
  type OfAccount,
  type WantedContact,
} from '@app/accounts';
import { AttemptsRepository, closeAttempts, newLink, type NewAttempt, type Opening } from '@app/attempts';
import { Config } from '@app/config';
import { after, type Effect, part, type Part, sql } from '@app/database';
import { askedBy, type NewMessage, Outbox, ownerNotice } from '@app/delivery';
import { AuthError, secondsUntil, type RequestContext } from '@app/kernel';
import { OwnerNotices } from '../owner-notices.js';
import { permissionOf, type Permission } from './permission.js';

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
