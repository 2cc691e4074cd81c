import type { Language } from '@app/pages';
import { letter } from './letter.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';
import { lifeInWords } from './words.js';

export interface MagicLinkFacts extends RequestFacts {
  link: string;
  /** Where whoever did not ask says so. */
  notMeLink: string;
  /** For another device than the one that opens the link. */
  code: string;
  lifeSeconds: number;
}

interface Wording {
  subject(site: string): string;
  opening(site: string): string;
  button(site: string): string;
  otherDevice: string;
  validity(life: string): string;
  stranger: string;
  sms(site: string, link: string, life: string): string;
}

const wordings: Record<Language, Wording> = {
  en: {
    subject: (site) => `Sign in to ${site}`,
    opening: (site) =>
      `Somebody, probably you, wants to sign in to ${site} with this e-mail address. Open this link and confirm it:`,
    button: (site) => `Sign in to ${site}`,
    otherDevice: 'Did you ask on another device? Then type this code there instead:',
    validity: (life) =>
      `Link and code work once, either one, and expire after ${life}. Nobody from us will ever ask you for them.`,
    stranger:
      'If this was not you, give neither to anybody. Without them, nobody gets in. You can end the request here:',
    sms: (site, link, life) => `Sign in to ${site} within ${life}: ${link}`,
  },
  de: {
    subject: (site) => `Anmelden bei ${site}`,
    opening: (site) =>
      `Jemand, vermutlich Sie, möchte sich mit dieser E-Mail-Adresse bei ${site} anmelden. Öffnen und bestätigen Sie diesen Link:`,
    button: (site) => `Bei ${site} anmelden`,
    otherDevice:
      'Haben Sie auf einem anderen Gerät gefragt? Dann geben Sie stattdessen dort diesen Code ein:',
    validity: (life) =>
      `Link und Code gelten einmal, eins von beiden, und ${life} lang. Niemand von uns wird Sie je danach fragen.`,
    stranger:
      'Waren Sie das nicht, dann geben Sie beides nicht weiter. Ohne sie kommt niemand hinein. Hier können Sie die Anfrage beenden:',
    sms: (site, link, life) => `Anmelden bei ${site}, innerhalb von ${life}: ${link}`,
  },
};

/** The link that signs in, and the code for who cannot open it where they asked. */
export function magicLink(facts: MagicLinkFacts, site: Site, language: Language): Words {
  const { link, notMeLink, code, lifeSeconds } = facts;
  const say = wordings[language];
  const life = lifeInWords(lifeSeconds, language);
  return {
    mail: letter({
      language,
      subject: say.subject(site.name),
      opening: say.opening(site.name),
      link: { label: say.button(site.name), url: link, then: say.otherDevice },
      code,
      closing: [say.validity(life)],
      details: requestDetails(facts, language),
      stranger: say.stranger,
      strangerUrl: notMeLink,
    }),
    sms: say.sms(site.name, link, life),
  };
}
