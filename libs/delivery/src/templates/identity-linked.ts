import type { Language } from '@app/pages';
import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';

export interface IdentityLinkedFacts extends RequestFacts {
  /** The identity provider, by its name in the configuration. */
  provider: string;
}

interface Wording {
  subject(site: string): string;
  opening(site: string, provider: string): string;
  closing: string;
}

const wordings: Record<Language, Wording> = {
  en: {
    subject: (site) => `A new way to sign in to ${site}`,
    opening: (site, provider) => `From now on, your account at ${site} is also opened by way of ${provider}.`,
    closing:
      'If this was not you, somebody can use your account there or read your mail: change those passwords, and tell whoever runs the site.',
  },
  de: {
    subject: (site) => `Ein neuer Weg, sich bei ${site} anzumelden`,
    opening: (site, provider) =>
      `Von jetzt an lässt sich Ihr Konto bei ${site} auch über ${provider} öffnen.`,
    closing:
      'Waren Sie das nicht, dann kann jemand Ihr Konto dort benutzen oder Ihre Post lesen: Ändern Sie jene Passwörter, und sagen Sie dem Betreiber Bescheid.',
  },
};

/** To the owner, when an identity provider opens the account for the first time. */
export function identityLinked(facts: IdentityLinkedFacts, site: Site, language: Language): Words {
  const say = wordings[language];
  const opening = say.opening(site.name, facts.provider);
  const mail = notice({
    language,
    subject: say.subject(site.name),
    opening,
    closing: say.closing,
    details: requestDetails(facts, language),
  });
  return { mail, sms: `${opening} ${say.closing}` };
}
