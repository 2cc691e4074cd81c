import type { Language } from '@app/pages';
import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';
import { lifeInWords } from './words.js';

export interface PasswordResetFacts extends RequestFacts {
  link: string;
  lifeSeconds: number;
}

interface Wording {
  subject(site: string): string;
  opening(site: string): string;
  link: string;
  closing(life: string): string;
  sms(site: string): string;
}

const wordings: Record<Language, Wording> = {
  en: {
    subject: (site) => `A new password for ${site}`,
    opening: (site) => `Somebody, probably you, has forgotten the password of your account at ${site}.`,
    link: 'Choose a new one here:',
    closing: (life) =>
      `The link works once and for ${life}. A new password ends all sessions. If this was not you, do nothing: your password stays as it is.`,
    sms: (site) => `Choose a new password for ${site}:`,
  },
  de: {
    subject: (site) => `Ein neues Passwort für ${site}`,
    opening: (site) => `Jemand, vermutlich Sie, hat das Passwort Ihres Kontos bei ${site} vergessen.`,
    link: 'Wählen Sie hier ein neues:',
    closing: (life) =>
      `Der Link gilt einmal und ${life} lang. Ein neues Passwort beendet alle Sitzungen. Waren Sie das nicht, dann tun Sie nichts: Ihr Passwort bleibt, wie es ist.`,
    sms: (site) => `Wählen Sie ein neues Passwort für ${site}:`,
  },
};

/** The link that lets its reader choose a new password. */
export function passwordReset(facts: PasswordResetFacts, site: Site, language: Language): Words {
  const say = wordings[language];
  const mail = notice({
    language,
    subject: say.subject(site.name),
    opening: say.opening(site.name),
    link: { before: say.link, url: facts.link },
    closing: say.closing(lifeInWords(facts.lifeSeconds, language)),
    details: requestDetails(facts, language),
  });
  return { mail, sms: `${say.sms(site.name)} ${facts.link}` };
}
