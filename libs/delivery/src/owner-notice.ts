import { plusSeconds, type RequestContext } from '@app/kernel';
import { askedBy } from './asked-by.js';
import type { MessageFacts, NewMessage } from './message.js';
import type { RequestFacts } from './templates/request.js';

/** The templates that tell an owner what was done with the account, or tried. */
type NoticeTemplate = 'account_exists' | 'factor_changed' | 'identity_linked' | 'password_changed';

/** A notice that is a day late is still news to an owner whose account was taken. */
const LIFE_SECONDS = 86_400;

/** The mail that tells the owner; `facts`: beside who asked for it. */
export function ownerNotice<T extends NoticeTemplate>(
  call: RequestContext,
  template: T,
  facts: Omit<MessageFacts[T], keyof RequestFacts>,
): NewMessage {
  return {
    id: call.nextId(),
    channel: 'email',
    template,
    expiresAt: plusSeconds(call.now, LIFE_SECONDS),
    facts: { ...facts, ...askedBy(call) },
  } as NewMessage;
}
