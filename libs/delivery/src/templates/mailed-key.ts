import type { Language } from '@app/pages';
import { notice } from './notice.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';
import { lifeInWords } from './words.js';

export interface MailedKeyFacts {
  link: string;
  lifeSeconds: number;
}

interface Wording {
  subject(site: string): string;
  opening(site: string): string;
  link: string;
  closing(life: string): string;
}
type Wordings = Record<Language, Wording>;

const invites: Wordings = {
  en: {
    subject: (site) => `Your account at ${site}`,
    opening: (site) => `Somebody has made an account for you at ${site}.`,
    link: 'Sign in to it here for the first time:',
    closing: (life) => `The link works once and for ${life}. If you expected none, do nothing.`,
  },
  de: {
    subject: (site) => `Ihr Konto bei ${site}`,
    opening: (site) => `Für Sie wurde bei ${site} ein Konto angelegt.`,
    link: 'Melden Sie sich hier zum ersten Mal an:',
    closing: (life) =>
      `Der Link gilt einmal und ${life} lang. Haben Sie keines erwartet, dann tun Sie nichts.`,
  },
};

const admits: Wordings = {
  en: {
    subject: (site) => `Sign in to ${site}`,
    opening: (site) => `Whoever runs ${site} sends you this link, which opens your account.`,
    link: 'Sign in here:',
    closing: (life) =>
      `The link works once and for ${life}. Give it to nobody. If you did not ask for it, do nothing.`,
  },
  de: {
    subject: (site) => `Bei ${site} anmelden`,
    opening: (site) => `Der Betreiber von ${site} schickt Ihnen diesen Link, der Ihr Konto öffnet.`,
    link: 'Melden Sie sich hier an:',
    closing: (life) =>
      `Der Link gilt einmal und ${life} lang. Geben Sie ihn niemandem. Haben Sie nicht darum gebeten, dann tun Sie nichts.`,
  },
};

/** The key to an account that waits for its owner. */
export const invitation = template(invites);
/** A key to an account that its owner has signed in to before. */
export const signInKey = template(admits);

function template(wordings: Wordings) {
  return ({ link, lifeSeconds }: MailedKeyFacts, site: Site, language: Language): Words => {
    const say = wordings[language];
    const opening = say.opening(site.name);
    const mail = notice({
      language,
      subject: say.subject(site.name),
      opening,
      link: { before: say.link, url: link },
      closing: say.closing(lifeInWords(lifeSeconds, language)),
      details: [],
    });
    return { mail, sms: `${opening} ${link}` };
  };
}
