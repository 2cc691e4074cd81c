import { told } from './account-notice.js';
import type { RequestFacts } from './request.js';
import type { Template } from './templates.js';

/** What became of the account's second factor. */
export type FactorChange =
  'totp_enabled' | 'sms_enabled' | 'email_enabled' | 'disabled' | 'backup_codes_renewed';

export interface FactorChangedFacts extends RequestFacts {
  change: FactorChange;
}

/** To the owner, after every change of the second factor. */
export const factorChanged: Template<FactorChangedFacts> = (facts, { name: site }, speech) =>
  told(facts, speech, {
    subject: speech.say('factor_changed.subject', { site }),
    opening: speech.say(`factor_changed.${facts.change}`, { site }),
    closing: speech.say('factor_changed.closing'),
  });
