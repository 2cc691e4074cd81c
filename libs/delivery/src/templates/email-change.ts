import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Template } from './templates.js';

export interface EmailChangeFacts extends RequestFacts {
  link: string;
  lifeSeconds: number;
}

/** The link by which the reader of a mailbox proves that it may become the address of an account. */
export const emailChange: Template<EmailChangeFacts> = (facts, { name: site }, speech) => {
  const { link, lifeSeconds } = facts;
  const opening = speech.say('email_change.opening', { site });
  const mail = notice(speech, {
    subject: speech.say('email_change.subject', { site }),
    opening,
    link: { before: speech.say('email_change.link'), url: link },
    closing: speech.say('email_change.closing', { life: speech.life(lifeSeconds) }),
    details: requestDetails(facts, speech),
  });
  return { mail, sms: `${opening} ${link}` };
};
