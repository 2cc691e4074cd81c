import type { Language } from '@app/pages';
import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';

/** What an owner is told without being asked for anything. */
export type AccountNoticeFacts = RequestFacts;

interface Wording {
  subject(site: string): string;
  opening(site: string): string;
  closing: string;
}
type Wordings = Record<Language, Wording>;

const exists: Wordings = {
  en: {
    subject: (site) => `You already have an account at ${site}`,
    opening: (site) =>
      `Somebody, probably you, wanted to make an account at ${site}, but you have one already.`,
    closing:
      'Sign in instead, or ask for a new password if you have forgotten yours. If this was not you, there is nothing to do: nobody learned that you have an account.',
  },
  de: {
    subject: (site) => `Sie haben bereits ein Konto bei ${site}`,
    opening: (site) =>
      `Jemand, vermutlich Sie, wollte bei ${site} ein Konto anlegen, aber Sie haben bereits eines.`,
    closing:
      'Melden Sie sich stattdessen an, oder fordern Sie ein neues Passwort an, wenn Sie Ihres vergessen haben. Waren Sie das nicht, ist nichts zu tun: Niemand hat erfahren, dass Sie ein Konto haben.',
  },
};

const needsPassword: Wordings = {
  en: {
    subject: (site) => `Sign in to ${site} with your password`,
    opening: (site) =>
      `Somebody, probably you, wanted to sign in to ${site} with a code alone. Your account asks for a code as its second factor, and one and the same address cannot be both.`,
    closing:
      'Sign in with your password first; the code comes after it. If this was not you, there is nothing to do.',
  },
  de: {
    subject: (site) => `Melden Sie sich bei ${site} mit Ihrem Passwort an`,
    opening: (site) =>
      `Jemand, vermutlich Sie, wollte sich bei ${site} allein mit einem Code anmelden. Ihr Konto verlangt einen Code als zweiten Faktor, und dieselbe Adresse kann nicht beides sein.`,
    closing:
      'Geben Sie zuerst Ihr Passwort ein; der Code kommt danach. Waren Sie das nicht, ist nichts zu tun.',
  },
};

const elsewhere: Wordings = {
  en: {
    subject: (site) => `No new password for ${site} by mail`,
    opening: (site) =>
      `Somebody, probably you, has forgotten the password of your account at ${site}. Your account asks for a code to this mailbox as its second factor, and one and the same mailbox cannot be both: a new password cannot be chosen by mail.`,
    closing:
      'If your account has a phone to sign in with, a link is on its way there. If it has none, whoever runs the site can help you. If this was not you, do nothing: your password stays as it is.',
  },
  de: {
    subject: (site) => `Kein neues Passwort für ${site} per E-Mail`,
    opening: (site) =>
      `Jemand, vermutlich Sie, hat das Passwort Ihres Kontos bei ${site} vergessen. Ihr Konto verlangt einen Code an dieses Postfach als zweiten Faktor, und dasselbe Postfach kann nicht beides sein: Per E-Mail lässt sich kein neues Passwort wählen.`,
    closing:
      'Hat Ihr Konto ein Telefon, mit dem Sie sich anmelden können, ist ein Link dorthin unterwegs. Hat es keines, kann Ihnen der Betreiber helfen. Waren Sie das nicht, dann tun Sie nichts: Ihr Passwort bleibt, wie es ist.',
  },
};

const changed: Wordings = {
  en: {
    subject: (site) => `Your ${site} password was changed`,
    opening: (site) => `Your account at ${site} has a new password. Sessions from before have ended.`,
    closing:
      'If this was not you, somebody is in your account or can read your mail: ask for a new password, and tell whoever runs the site.',
  },
  de: {
    subject: (site) => `Ihr Passwort für ${site} wurde geändert`,
    opening: (site) => `Ihr Konto bei ${site} hat ein neues Passwort. Sitzungen von vorher sind beendet.`,
    closing:
      'Waren Sie das nicht, dann ist jemand in Ihrem Konto oder kann Ihre Post lesen: Fordern Sie ein neues Passwort an, und sagen Sie dem Betreiber Bescheid.',
  },
};

/** To the owner of an address with which somebody signs up, where a sign-up does not say that it is taken. */
export const accountExists = template(exists);
/** To the owner of an account whose second factor is the very address a code was asked for. */
export const passwordNeeded = template(needsPassword);
/** To the owner of a forgotten password, in the mailbox that is the account's second factor. */
export const resetElsewhere = template(elsewhere);
/** To the owner, after the password was changed. */
export const passwordChanged = template(changed);

function template(wordings: Wordings) {
  return (facts: AccountNoticeFacts, site: Site, language: Language): Words => {
    const say = wordings[language];
    const [subject, opening] = [say.subject(site.name), say.opening(site.name)];
    const details = requestDetails(facts, language);
    return {
      mail: notice({ language, subject, opening, closing: say.closing, details }),
      sms: `${opening} ${say.closing}`,
    };
  };
}
