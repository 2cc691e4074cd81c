import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Template } from './templates.js';

export interface PasswordResetFacts extends RequestFacts {
  link: string;
  lifeSeconds: number;
}

/** The link that lets its reader choose a new password. */
export const passwordReset: Template<PasswordResetFacts> = (facts, { name: site }, speech) => {
  const { link, lifeSeconds } = facts;
  const mail = notice(speech, {
    subject: speech.say('password_reset.subject', { site }),
    opening: speech.say('password_reset.opening', { site }),
    link: { before: speech.say('password_reset.link'), url: link },
    closing: speech.say('password_reset.closing', { life: speech.life(lifeSeconds) }),
    details: requestDetails(facts, speech),
  });
  return { mail, sms: speech.say('password_reset.text', { site, link }) };
};
