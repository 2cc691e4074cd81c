import type { Language } from '@app/pages';
import { notice } from './notice.js';
import { requestDetails, type RequestFacts } from './request.js';
import type { Site } from './site.js';
import type { Words } from './templates.js';
import { timeInWords } from './words.js';

/** A recovery that was proven and waits, or one that is done. */
export interface RecoveryStartedFacts extends RequestFacts {
  /** ISO 8601: when it will be done, unless it is stopped. */
  dueAt: string;
  /** Where it can be stopped, by whoever has this message. */
  stopUrl: string;
}
export type RecoveryCompletedFacts = RequestFacts;

const started: Record<
  Language,
  {
    subject(site: string): string;
    opening(site: string, due: string): string;
    stop: string;
    sms(site: string): string;
  }
> = {
  en: {
    subject: (site) => `Your ${site} account is being recovered`,
    opening: (site, due) =>
      `Somebody, probably you, has proven the recovery key of your account at ${site}. On ${due} all its keys are replaced and all its sessions end.`,
    stop: 'If this was not you, stop it here before then:',
    sms: (site) => `Your ${site} account is being recovered. If this was not you, stop it:`,
  },
  de: {
    subject: (site) => `Ihr Konto bei ${site} wird wiederhergestellt`,
    opening: (site, due) =>
      `Jemand, vermutlich Sie, hat den Wiederherstellungsschlüssel Ihres Kontos bei ${site} nachgewiesen. Am ${due} werden alle Schlüssel ersetzt und alle Sitzungen beendet.`,
    stop: 'Waren Sie das nicht, dann halten Sie es vorher hier auf:',
    sms: (site) => `Ihr Konto bei ${site} wird wiederhergestellt. Waren Sie das nicht, halten Sie es auf:`,
  },
};

const completed: Record<
  Language,
  {
    subject(site: string): string;
    opening(site: string): string;
    stranger: string;
    sms(site: string): string;
  }
> = {
  en: {
    subject: (site) => `Your ${site} account was recovered`,
    opening: (site) =>
      `All keys of your account at ${site} were replaced and all its sessions have ended. A second factor that it had is the same as before.`,
    stranger:
      'If this was not you, tell whoever runs the site at once: somebody has your mailbox and your recovery key.',
    sms: (site) =>
      `Your ${site} account was recovered: all keys were replaced. If this was not you, tell whoever runs the site at once.`,
  },
  de: {
    subject: (site) => `Ihr Konto bei ${site} wurde wiederhergestellt`,
    opening: (site) =>
      `Alle Schlüssel Ihres Kontos bei ${site} wurden ersetzt und alle Sitzungen beendet. Ein zweiter Faktor, den es hatte, ist derselbe wie zuvor.`,
    stranger:
      'Waren Sie das nicht, dann sagen Sie sofort dem Betreiber Bescheid: Jemand hat Ihr Postfach und Ihren Wiederherstellungsschlüssel.',
    sms: (site) =>
      `Ihr Konto bei ${site} wurde wiederhergestellt: Alle Schlüssel wurden ersetzt. Waren Sie das nicht, sagen Sie sofort dem Betreiber Bescheid.`,
  },
};

/** To every channel of the account, while the owner can still stop it. */
export function recoveryStarted(facts: RecoveryStartedFacts, site: Site, language: Language): Words {
  const say = started[language];
  const mail = notice({
    language,
    subject: say.subject(site.name),
    opening: say.opening(site.name, timeInWords(facts.dueAt, language)),
    link: { before: say.stop, url: facts.stopUrl },
    details: requestDetails(facts, language),
  });
  return { mail, sms: `${say.sms(site.name)} ${facts.stopUrl}` };
}

/** To every channel of the account, when it is done. */
export function recoveryCompleted(facts: RecoveryCompletedFacts, site: Site, language: Language): Words {
  const say = completed[language];
  const mail = notice({
    language,
    subject: say.subject(site.name),
    opening: say.opening(site.name),
    closing: say.stranger,
    details: requestDetails(facts, language),
  });
  return { mail, sms: say.sms(site.name) };
}
