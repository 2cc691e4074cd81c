import type { Language } from '@app/pages';
import { letter } from './letter.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Site } from './site.js';
import type { Template } from './templates.js';
import { lifeInWords } from './words.js';

/** A code of 16 digits in four groups, `dddd-dddd-dddd-dddd`. */
export interface RecoveryCodeFacts extends RequestFacts {
  code: string;
  lifeSeconds: number;
}

interface Wording {
  subject(site: string): string;
  opening(site: string): string;
  stranger: string;
  sms(site: string, code: string): string;
}

const validity: Record<Language, (life: string) => string> = {
  en: (life) => `The code works once and for ${life}. Nobody from us will ever ask you for it.`,
  de: (life) => `Der Code gilt einmal und ${life} lang. Niemand von uns wird Sie je danach fragen.`,
};

const recovery: Record<Language, Wording> = {
  en: {
    subject: (site) => `Your ${site} recovery code`,
    opening: (site) =>
      `Somebody, probably you, wants to recover the account at ${site} that has this e-mail address. Type this code where you are asked for it:`,
    stranger:
      'If this was not you, give the code to nobody. Without it, and without your recovery key, nobody can recover your account.',
    sms: (site, code) => `${code} is your ${site} recovery code. Give it to nobody.`,
  },
  de: {
    subject: (site) => `Ihr Wiederherstellungscode für ${site}`,
    opening: (site) =>
      `Jemand, vermutlich Sie, möchte das Konto mit dieser E-Mail-Adresse bei ${site} wiederherstellen. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden:`,
    stranger:
      'Waren Sie das nicht, dann geben Sie den Code an niemanden weiter. Ohne ihn und ohne Ihren Wiederherstellungsschlüssel kann niemand Ihr Konto wiederherstellen.',
    sms: (site, code) => `${code} ist Ihr Wiederherstellungscode für ${site}. Geben Sie ihn nicht weiter.`,
  },
};

const registration: Record<Language, Wording> = {
  en: {
    subject: (site) => `Your ${site} registration code`,
    opening: (site) =>
      `You have been invited to ${site} with this e-mail address. Type this code where you are asked for it, to register your first key:`,
    stranger: 'If you did not expect this, give the code to nobody and tell whoever runs the site.',
    sms: (site, code) => `${code} is your ${site} registration code. Give it to nobody.`,
  },
  de: {
    subject: (site) => `Ihr Registrierungscode für ${site}`,
    opening: (site) =>
      `Sie sind mit dieser E-Mail-Adresse zu ${site} eingeladen. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden, um Ihren ersten Schlüssel anzumelden:`,
    stranger:
      'Haben Sie das nicht erwartet, dann geben Sie den Code an niemanden weiter und sagen Sie dem Betreiber Bescheid.',
    sms: (site, code) => `${code} ist Ihr Registrierungscode für ${site}. Geben Sie ihn nicht weiter.`,
  },
};

const login: Record<Language, Wording> = {
  en: {
    subject: (site) => `Your ${site} login code`,
    opening: (site) =>
      `Somebody, probably you, is logging in to ${site} with this e-mail address. Type this code where you are asked for it:`,
    stranger:
      'If this was not you, give the code to nobody: without it, and without your key, nobody gets in.',
    sms: (site, code) => `${code} is your ${site} login code. Give it to nobody.`,
  },
  de: {
    subject: (site) => `Ihr Login-Code für ${site}`,
    opening: (site) =>
      `Jemand, vermutlich Sie, meldet sich mit dieser E-Mail-Adresse bei ${site} an. Geben Sie diesen Code dort ein, wo Sie danach gefragt werden:`,
    stranger:
      'Waren Sie das nicht, dann geben Sie den Code an niemanden weiter: Ohne ihn und ohne Ihren Schlüssel kommt niemand hinein.',
    sms: (site, code) => `${code} ist Ihr Login-Code für ${site}. Geben Sie ihn nicht weiter.`,
  },
};

export const recoveryCode = longCode(recovery);
export const registrationCode = longCode(registration);
export const loginCode = longCode(login);

function longCode(wordings: Record<Language, Wording>): Template<RecoveryCodeFacts> {
  return (facts: RecoveryCodeFacts, site: Site, language: Language) => {
    const { code, lifeSeconds } = facts;
    const say = wordings[language];
    const mail = letter({
      language,
      subject: say.subject(site.name),
      opening: say.opening(site.name),
      code,
      closing: [validity[language](lifeInWords(lifeSeconds, language))],
      details: requestDetails(facts, language),
      stranger: say.stranger,
    });
    return { mail, sms: `${say.sms(site.name, code)}\n\n@${site.host} #${code}` };
  };
}
