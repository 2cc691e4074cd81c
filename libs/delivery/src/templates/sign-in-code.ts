import type { Language } from '@app/pages';
import { letter } from './letter.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';
import { lifeInWords } from './words.js';

export interface SignInCodeFacts extends RequestFacts {
  code: string;
  lifeSeconds: number;
}

interface Wording {
  subject(site: string): string;
  opening(site: string): string;
  validity(life: string): string;
  stranger: string;
  sms(site: string, code: string, life: string): string;
}

const wordings: Record<Language, Wording> = {
  en: {
    subject: (site) => `Your ${site} sign-in code`,
    opening: (site) =>
      `Someone, hopefully you, is signing in to ${site} with this e-mail address. Enter this code where you are asked for it:`,
    validity: (life) => `The code works once and expires after ${life}. We will never ask you for it.`,
    stranger:
      'If this was not you, do not pass the code on: nobody can sign in without it. If you have a password here, change it: whoever asked for the code may know it.',
    sms: (site, code, life) =>
      `${code} is your ${site} sign-in code. It expires after ${life}. Do not share it.`,
  },
  de: {
    subject: (site) => `Ihr Anmeldecode für ${site}`,
    opening: (site) =>
      `Jemand, vermutlich Sie, meldet sich mit dieser E-Mail-Adresse bei ${site} an. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden:`,
    validity: (life) => `Der Code gilt einmal und ${life} lang. Wir werden Sie nie danach fragen.`,
    stranger:
      'Waren Sie das nicht, dann geben Sie den Code an niemanden weiter: Ohne ihn kann sich niemand anmelden. Haben Sie hier ein Passwort, dann ändern Sie es: Wer den Code angefordert hat, kennt es vielleicht.',
    sms: (site, code, life) =>
      `${code} ist Ihr Anmeldecode für ${site}. Er gilt ${life}. Geben Sie ihn nicht weiter.`,
  },
};

/** The code of a sign-in. Its text message ends with the line by which a browser fills it in on our host alone. */
export function signInCode(facts: SignInCodeFacts, site: Site, language: Language): Words {
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
