import { Injectable } from '@nestjs/common';
import { addressedTo, newPhoneOf, recipientOf, type AccountAddress, type OfAccount } from '@app/accounts';
import { Config } from '@app/config';
import { type Effect, part, type Part, sql } from '@app/database';
import {
  canText,
  enqueue,
  ownerNotice,
  type NoticeFacts,
  type NoticeTemplate,
  type Recipient,
} from '@app/delivery';
import { KeyRing, type RequestContext } from '@app/kernel';

/** What an owner is told of the account. */
export interface Notice<T extends NoticeTemplate> {
  template: T;
  facts: NoticeFacts<T>;
  /** From when on it is no news any more; otherwise after a day. */
  expiresAt?: Date;
  /** The phone that this very statement gives the account, and that nobody has shown a code of. */
  newPhone?: string | null;
  /** The mailbox that this very statement gives the account, and whose reader has proven it. */
  newEmail?: string;
  /** What "this wasn't me" ends. */
  attemptId?: string;
  /** Of an account that this very statement deletes: the message is nobody's. */
  last?: boolean;
}

/**
 * Tells the owner what was done with the account, in the statement that does it. Every notice goes to all channels that the account had
 * before: whoever has got hold of one of them, or puts another in its place, does not keep the news from the others.
 */
@Injectable()
export class OwnerNotices {
  private readonly texts: boolean;

  constructor(
    private readonly keyRing: KeyRing,
    config: Config,
  ) {
    this.texts = canText(config);
  }

  /** `account`: the row of the event, if it has happened. */
  tell<T extends NoticeTemplate>(
    call: RequestContext,
    account: Part<OfAccount>,
    { template, facts, expiresAt, newPhone, newEmail, attemptId, last }: Notice<T>,
  ): Effect[] {
    const to = (channel: 'email' | 'sms', recipient: Part<AccountAddress>) => {
      const notice = ownerNotice(call, channel, template, facts, expiresAt);
      return enqueue(this.keyRing, { ...notice, attemptId }, call.now, last ? nobodys(recipient) : recipient);
    };
    const mails = [to('email', recipientOf('email', account))];
    if (newEmail !== undefined) mails.push(to('email', addressedTo(newEmail, account)));
    if (!this.texts) return mails;
    const text = to('sms', recipientOf('sms', account));
    return newPhone ? [...mails, text, to('sms', newPhoneOf(account, newPhone))] : [...mails, text];
  }
}

function nobodys(recipient: Part<AccountAddress>): Part<Recipient> {
  return part('recipient', sql`SELECT address, language, NULL::bigint AS account_id FROM ${recipient}`);
}
