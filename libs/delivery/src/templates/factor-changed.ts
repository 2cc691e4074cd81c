import type { Language } from '@app/pages';
import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';

/** What became of the account's second factor. */
export type FactorChange =
  'totp_enabled' | 'sms_enabled' | 'email_enabled' | 'disabled' | 'backup_codes_renewed';

export interface FactorChangedFacts extends RequestFacts {
  change: FactorChange;
}

interface Wording {
  subject(site: string): string;
  changes: Record<FactorChange, (site: string) => string>;
  stranger: string;
}

const wordings: Record<Language, Wording> = {
  en: {
    subject: (site) => `The second factor of your ${site} account was changed`,
    changes: {
      totp_enabled: (site) => `From now on, signing in to ${site} takes a code of your authenticator app.`,
      sms_enabled: (site) =>
        `From now on, signing in to ${site} takes a code that is texted to the phone your account has now.`,
      email_enabled: (site) => `From now on, signing in to ${site} takes a code that is mailed to you.`,
      disabled: (site) => `Signing in to ${site} takes no second factor any more. Its backup codes are void.`,
      backup_codes_renewed: (site) => `Your account at ${site} has new backup codes. The old ones are void.`,
    },
    stranger:
      'If this was not you, somebody is in your account: change your password and tell whoever runs the site at once.',
  },
  de: {
    subject: (site) => `Der zweite Faktor Ihres Kontos bei ${site} wurde geändert`,
    changes: {
      totp_enabled: (site) =>
        `Von jetzt an braucht die Anmeldung bei ${site} einen Code Ihrer Authenticator-App.`,
      sms_enabled: (site) =>
        `Von jetzt an braucht die Anmeldung bei ${site} einen Code, der an das Telefon geht, das Ihr Konto jetzt hat.`,
      email_enabled: (site) =>
        `Von jetzt an braucht die Anmeldung bei ${site} einen Code, der an dieses Postfach geht.`,
      disabled: (site) =>
        `Die Anmeldung bei ${site} braucht keinen zweiten Faktor mehr. Seine Ersatzcodes sind ungültig.`,
      backup_codes_renewed: (site) => `Ihr Konto bei ${site} hat neue Ersatzcodes. Die alten sind ungültig.`,
    },
    stranger:
      'Waren Sie das nicht, dann ist jemand in Ihrem Konto: Ändern Sie Ihr Passwort und sagen Sie sofort dem Betreiber Bescheid.',
  },
};

/** To the owner, after every change of the second factor. */
export function factorChanged(facts: FactorChangedFacts, site: Site, language: Language): Words {
  const say = wordings[language];
  const opening = say.changes[facts.change](site.name);
  const mail = notice({
    language,
    subject: say.subject(site.name),
    opening,
    closing: say.stranger,
    details: requestDetails(facts, language),
  });
  return { mail, sms: `${opening} ${say.stranger}` };
}
