import type { Language } from '@app/pages';
import type { AccountNoticeFacts } from './account-notice.js';
import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';

/** What became of the account's phone. */
export interface PhoneChangedFacts extends RequestFacts {
  change: 'set' | 'removed';
}

/** What became of one of the account's passkeys. */
export interface PasskeysChangedFacts extends RequestFacts {
  change: 'added' | 'removed';
}

/** What is said in the mail, and in the text as well where it says it all. */
interface Wording {
  subject(site: string): string;
  opening(site: string): string;
  closing: string;
}

const STRANGER: Record<Language, string> = {
  en: 'If you know nothing of this, tell whoever runs the site at once.',
  de: 'Wissen Sie nichts davon, dann sagen Sie sofort dem Betreiber Bescheid.',
};

const named: Record<Language, Wording> = {
  en: {
    subject: (site) => `Your ${site} account has a new user name`,
    opening: (site) =>
      `The user name of your account at ${site} was changed. The one before does not sign in any more.`,
    closing: STRANGER.en,
  },
  de: {
    subject: (site) => `Ihr Konto bei ${site} hat einen neuen Benutzernamen`,
    opening: (site) =>
      `Der Benutzername Ihres Kontos bei ${site} wurde geändert. Mit dem alten geht die Anmeldung nicht mehr.`,
    closing: STRANGER.de,
  },
};

const keyed: Record<Language, Wording> = {
  en: {
    subject: (site) => `Keys were added to your ${site} account`,
    opening: (site) => `Your account at ${site} has got its first keys. From now on they open it.`,
    closing: `If this was not you, somebody can read your mail. ${STRANGER.en}`,
  },
  de: {
    subject: (site) => `Ihr Konto bei ${site} hat Schlüssel bekommen`,
    opening: (site) =>
      `Ihr Konto bei ${site} hat seine ersten Schlüssel bekommen. Von jetzt an öffnen sie es.`,
    closing: `Waren Sie das nicht, dann kann jemand Ihre Post lesen. ${STRANGER.de}`,
  },
};

const disabled: Record<Language, Wording> = {
  en: {
    subject: (site) => `Your ${site} account was closed`,
    opening: (site) =>
      `Your account at ${site} was closed by whoever runs the site. All its sessions have ended.`,
    closing: 'Ask them if you do not know why.',
  },
  de: {
    subject: (site) => `Ihr Konto bei ${site} wurde geschlossen`,
    opening: (site) =>
      `Ihr Konto bei ${site} wurde vom Betreiber geschlossen. Alle seine Sitzungen sind beendet.`,
    closing: 'Fragen Sie dort nach, wenn Sie nicht wissen, warum.',
  },
};

const phones: Record<PhoneChangedFacts['change'], Record<Language, Wording>> = {
  set: {
    en: {
      subject: (site) => `Your ${site} account has a new phone`,
      opening: (site) =>
        `Your account at ${site} has a new phone number. From now on it gets its texts, and signs in.`,
      closing: STRANGER.en,
    },
    de: {
      subject: (site) => `Ihr Konto bei ${site} hat ein neues Telefon`,
      opening: (site) =>
        `Ihr Konto bei ${site} hat eine neue Telefonnummer. Von jetzt an gehen SMS dorthin, und sie meldet an.`,
      closing: STRANGER.de,
    },
  },
  removed: {
    en: {
      subject: (site) => `Your ${site} account has no phone any more`,
      opening: (site) =>
        `The phone number of your account at ${site} was removed. It does not sign in any more.`,
      closing: STRANGER.en,
    },
    de: {
      subject: (site) => `Ihr Konto bei ${site} hat kein Telefon mehr`,
      opening: (site) =>
        `Die Telefonnummer Ihres Kontos bei ${site} wurde entfernt. Sie meldet nicht mehr an.`,
      closing: STRANGER.de,
    },
  },
};

const passkeys: Record<PasskeysChangedFacts['change'], Record<Language, Wording>> = {
  added: {
    en: {
      subject: (site) => `Your ${site} account has a new passkey`,
      opening: (site) => `Your account at ${site} has a new passkey. From now on it signs in.`,
      closing: STRANGER.en,
    },
    de: {
      subject: (site) => `Ihr Konto bei ${site} hat einen neuen Passkey`,
      opening: (site) => `Ihr Konto bei ${site} hat einen neuen Passkey. Von jetzt an meldet er an.`,
      closing: STRANGER.de,
    },
  },
  removed: {
    en: {
      subject: (site) => `A passkey of your ${site} account was removed`,
      opening: (site) => `A passkey of your account at ${site} was removed. It does not sign in any more.`,
      closing: STRANGER.en,
    },
    de: {
      subject: (site) => `Ein Passkey Ihres Kontos bei ${site} wurde entfernt`,
      opening: (site) => `Ein Passkey Ihres Kontos bei ${site} wurde entfernt. Er meldet nicht mehr an.`,
      closing: STRANGER.de,
    },
  },
};

/** To the owner, after the user name was changed. */
export const usernameChanged = (facts: AccountNoticeFacts, site: Site, language: Language): Words =>
  words(named[language], facts, site, language);
/** To the owner, when the account has got its first keys. */
export const keysAdded = (facts: AccountNoticeFacts, site: Site, language: Language): Words =>
  words(keyed[language], facts, site, language);
/** To the owner, when an operator has shut the account. */
export const accountDisabled = (facts: AccountNoticeFacts, site: Site, language: Language): Words =>
  words(disabled[language], facts, site, language);
/** To the owner, after the phone was set, changed or removed. */
export const phoneChanged = (facts: PhoneChangedFacts, site: Site, language: Language): Words =>
  words(phones[facts.change][language], facts, site, language);
/** To the owner, after a passkey was added to those of the account, or taken away. */
export const passkeysChanged = (facts: PasskeysChangedFacts, site: Site, language: Language): Words =>
  words(passkeys[facts.change][language], facts, site, language);

function words(say: Wording, facts: RequestFacts, site: Site, language: Language): Words {
  const [subject, opening] = [say.subject(site.name), say.opening(site.name)];
  const details = requestDetails(facts, language);
  const mail = notice({ language, subject, opening, closing: say.closing, details });
  return { mail, sms: `${opening} ${say.closing}` };
}
