import type { Speech } from '@app/pages';
import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Template, Words } from './templates.js';

/** What an owner is told without being asked for anything. */
export type AccountNoticeFacts = RequestFacts;

/** An account that waits to be deleted. */
export interface AccountDeletingFacts extends RequestFacts {
  /** ISO 8601: when it will be. */
  dueAt: string;
}

/** The notices of which each has the same three sentences, of the same name. */
type Notice =
  | 'account_exists'
  | 'password_needed'
  | 'reset_elsewhere'
  | 'password_changed'
  | 'keys_added'
  | 'account_disabled'
  | 'account_deleted';

/** To the owner of an address with which somebody signs up, where a sign-up does not say that it is taken. */
export const accountExists = template('account_exists');
/** To the owner of an account whose second factor is the very address a code was asked for. */
export const passwordNeeded = template('password_needed');
/** To the owner of a forgotten password, in the mailbox that is the account's second factor. */
export const resetElsewhere = template('reset_elsewhere');
/** To the owner, after the password was changed. */
export const passwordChanged = template('password_changed');
/** To the owner, when the account has got its first keys. */
export const keysAdded = template('keys_added');
/** To the owner, when an operator has shut the account. */
export const accountDisabled = template('account_disabled');
/** To the owner of an account that is deleted, the last that is sent for it. */
export const accountDeleted = template('account_deleted');

/** To the owner, while there is time to keep the account. */
export const accountDeleting: Template<AccountDeletingFacts> = (facts, { name: site }, speech) =>
  told(facts, speech, {
    subject: speech.say('account_deleting.subject', { site }),
    opening: speech.say('account_deleting.opening', { site, due: speech.time(facts.dueAt) }),
    closing: speech.say('account_deleting.closing'),
  });

function template(name: Notice): Template<AccountNoticeFacts> {
  return (facts, { name: site }, speech) =>
    told(facts, speech, {
      subject: speech.say(`${name}.subject`, { site }),
      opening: speech.say(`${name}.opening`, { site }),
      closing: speech.say(`${name}.closing`),
    });
}

/** In a mail, and in a text as well, which says it all but the subject. */
export function told(
  facts: RequestFacts,
  speech: Speech,
  say: { subject: string; opening: string; closing: string },
): Words {
  const mail = notice(speech, { ...say, details: requestDetails(facts, speech) });
  return { mail, sms: `${say.opening} ${say.closing}` };
}
