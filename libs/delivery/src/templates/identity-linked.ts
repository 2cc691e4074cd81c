import { told } from './account-notice.js';
import type { RequestFacts } from './request.js';
import type { Template } from './templates.js';

export interface IdentityLinkedFacts extends RequestFacts {
  /** The identity provider, by its name in the configuration. */
  provider: string;
}

/** To the owner, when an identity provider opens the account for the first time. */
export const identityLinked: Template<IdentityLinkedFacts> = (facts, { name: site }, speech) =>
  told(facts, speech, {
    subject: speech.say('identity_linked.subject', { site }),
    opening: speech.say('identity_linked.opening', { site, provider: facts.provider }),
    closing: speech.say('identity_linked.closing'),
  });
