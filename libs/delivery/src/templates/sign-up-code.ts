import type { Language } from '@app/pages';
import { letter } from './letter.js';
import { requestDetails } from './request.js';
import type { SignInCodeFacts } from './sign-in-code.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';
import { lifeInWords } from './words.js';

interface Wording {
  subject(site: string): string;
  opening(site: string): string;
  validity(life: string): string;
  stranger: string;
  sms(site: string, code: string, life: string): string;
}

const wordings: Record<Language, Wording> = {
  en: {
    subject: (site) => `Your code for a new ${site} account`,
    opening: (site) =>
      `Somebody, probably you, is making an account at ${site} with this e-mail address. Type this code where you are asked for it:`,
    validity: (life) => `The code works once and for ${life}. Nobody from us will ever ask you for it.`,
    stranger: 'If this was not you, give the code to nobody: without it, there will be no account.',
    sms: (site, code, life) =>
      `${code} is your code for a new ${site} account. It works for ${life}. Give it to nobody.`,
  },
  de: {
    subject: (site) => `Ihr Code für ein neues Konto bei ${site}`,
    opening: (site) =>
      `Jemand, vermutlich Sie, legt mit dieser E-Mail-Adresse ein Konto bei ${site} an. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden:`,
    validity: (life) => `Der Code gilt einmal und ${life} lang. Niemand von uns wird Sie je danach fragen.`,
    stranger:
      'Waren Sie das nicht, dann geben Sie den Code an niemanden weiter: Ohne ihn entsteht kein Konto.',
    sms: (site, code, life) =>
      `${code} ist Ihr Code für ein neues Konto bei ${site}. Er gilt ${life}. Geben Sie ihn nicht weiter.`,
  },
};

/** The code that proves an address of somebody who signs up. */
export function signUpCode(facts: SignInCodeFacts, site: Site, language: Language): Words {
  const { code, lifeSeconds } = facts;
  const say = wordings[language];
  const life = lifeInWords(lifeSeconds, language);
  return {
    mail: letter({
      language,
      subject: say.subject(site.name),
      opening: say.opening(site.name),
      code,
      closing: [say.validity(life)],
      details: requestDetails(facts, language),
      stranger: say.stranger,
    }),
    sms: `${say.sms(site.name, code, life)}\n\n@${site.host} #${code}`,
  };
}
