import { isIP } from 'node:net';
import { browserInWords } from './browser.js';
import type { Language } from '@app/pages';
import { timeInWords } from './words.js';

/** Who asked for a message, and when. All of it but the time may be forged by the caller. */
export interface RequestFacts {
  /** ISO 8601. */
  requestedAt: string;
  clientAddress: string;
  userAgent: string;
}

/** A label and what it says. */
export type Detail = [string, string];

const labels: Record<Language, { time: string; address: string; browser: string; unknown: string }> = {
  en: { time: 'Time', address: 'IP address', browser: 'Browser', unknown: 'unknown' },
  de: { time: 'Zeit', address: 'IP-Adresse', browser: 'Browser', unknown: 'unbekannt' },
};

/** Lets the reader see whether it was they who asked. */
export function requestDetails(facts: RequestFacts, language: Language): Detail[] {
  const { time, address, browser, unknown } = labels[language];
  return [
    [time, timeInWords(facts.requestedAt, language)],
    [address, isIP(facts.clientAddress) ? facts.clientAddress : unknown],
    [browser, browserInWords(facts.userAgent, language)],
  ];
}
