import { plusSeconds, type RequestContext } from '@app/kernel';
import { askedBy } from './asked-by.js';
import type { Channel, MessageFacts, NewMessage } from './message.js';
import type { RequestFacts } from './templates/request.js';

/** The templates that tell an owner what was done with the account, or tried. */
export type NoticeTemplate =
  | 'account_deleted'
  | 'account_deleting'
  | 'account_disabled'
  | 'account_exists'
  | 'email_changed'
  | 'email_changing'
  | 'factor_changed'
  | 'identity_linked'
  | 'keys_added'
  | 'passkeys_changed'
  | 'password_changed'
  | 'phone_changed'
  | 'recovery_completed'
  | 'recovery_started'
  | 'username_changed';

/** What a notice says beside who asked for it. */
export type NoticeFacts<T extends NoticeTemplate> = Omit<MessageFacts[T], keyof RequestFacts>;

/** A notice that is a day late is still news to an owner whose account was taken. */
const LIFE_SECONDS = 86_400;

/** The mail or text that tells the owner. `expiresAt`: from when on it is no news any more. */
export function ownerNotice<T extends NoticeTemplate>(
  call: RequestContext,
  channel: Channel,
  template: T,
  facts: NoticeFacts<T>,
  expiresAt: Date = plusSeconds(call.now, LIFE_SECONDS),
): NewMessage {
  return {
    id: call.nextId(),
    channel,
    template,
    expiresAt,
    facts: { ...facts, ...askedBy(call) },
  } as NewMessage;
}
