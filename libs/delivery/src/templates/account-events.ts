import { told, type AccountNoticeFacts } from './account-notice.js';
import type { RequestFacts } from './request.js';
import type { Template } from './templates.js';

/** What became of the account's phone. */
export interface PhoneChangedFacts extends RequestFacts {
  change: 'set' | 'removed';
}

/** What became of one of the account's passkeys. */
export interface PasskeysChangedFacts extends RequestFacts {
  change: 'added' | 'removed';
}

type Event =
  | 'username_changed'
  | 'email_changing'
  | 'email_changed'
  | `phone_changed.${PhoneChangedFacts['change']}`
  | `passkeys_changed.${PasskeysChangedFacts['change']}`;

/** To the owner, after the user name was changed. */
export const usernameChanged: Template<AccountNoticeFacts> = event(() => 'username_changed');
/** To the owner, when another address was asked for, and nobody has proven it yet. */
export const emailChanging: Template<AccountNoticeFacts> = event(() => 'email_changing');
/** To the owner, at the address before and at the new one, after it was changed. */
export const emailChanged: Template<AccountNoticeFacts> = event(() => 'email_changed');
/** To the owner, after the phone was set, changed or removed. */
export const phoneChanged = event<PhoneChangedFacts>(({ change }) => `phone_changed.${change}`);
/** To the owner, after a passkey was added to those of the account, or taken away. */
export const passkeysChanged = event<PasskeysChangedFacts>(({ change }) => `passkeys_changed.${change}`);

function event<Facts extends RequestFacts>(nameOf: (facts: Facts) => Event): Template<Facts> {
  return (facts, { name: site }, speech) => {
    const name = nameOf(facts);
    return told(facts, speech, {
      subject: speech.say(`${name}.subject`, { site }),
      opening: speech.say(`${name}.opening`, { site }),
      closing: speech.say('notice.stranger'),
    });
  };
}
