import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Template } from './templates.js';

/** A recovery that was proven and waits, or one that is done. */
export interface RecoveryStartedFacts extends RequestFacts {
  /** ISO 8601: when it will be done, unless it is stopped. */
  dueAt: string;
  /** Where it can be stopped, by whoever has this message. */
  stopUrl: string;
}
export type RecoveryCompletedFacts = RequestFacts;

/** To every channel of the account, while the owner can still stop it. */
export const recoveryStarted: Template<RecoveryStartedFacts> = (facts, { name: site }, speech) => {
  const mail = notice(speech, {
    subject: speech.say('recovery_started.subject', { site }),
    opening: speech.say('recovery_started.opening', { site, due: speech.time(facts.dueAt) }),
    link: { before: speech.say('recovery_started.stop'), url: facts.stopUrl },
    details: requestDetails(facts, speech),
  });
  return { mail, sms: speech.say('recovery_started.text', { site, link: facts.stopUrl }) };
};

/** To every channel of the account, when it is done. */
export const recoveryCompleted: Template<RecoveryCompletedFacts> = (facts, { name: site }, speech) => {
  const mail = notice(speech, {
    subject: speech.say('recovery_completed.subject', { site }),
    opening: speech.say('recovery_completed.opening', { site }),
    closing: speech.say('recovery_completed.closing'),
    details: requestDetails(facts, speech),
  });
  return { mail, sms: speech.say('recovery_completed.text', { site }) };
};
