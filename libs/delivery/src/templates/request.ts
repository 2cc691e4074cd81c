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
  /** Absent where it was a client: whoever runs the site did it, or it came about by itself. */
  by?: 'operator' | 'itself';
}

/** A label and what it says. */
export type Detail = [string, string];

const labels: Record<
  Language,
  { time: string; address: string; browser: string; unknown: string; by: string }
> = {
  en: { time: 'Time', address: 'IP address', browser: 'Browser', unknown: 'unknown', by: 'By' },
  de: { time: 'Zeit', address: 'IP-Adresse', browser: 'Browser', unknown: 'unbekannt', by: 'Durch' },
};

const doers: Record<Language, { operator: string; itself: string }> = {
  en: { operator: 'whoever runs the site', itself: 'the service' },
  de: { operator: 'den Betreiber', itself: 'den Dienst' },
};

/** Lets the reader see whether it was they who asked. */
export function requestDetails(facts: RequestFacts, language: Language): Detail[] {
  const { time, address, browser, unknown, by } = labels[language];
  const at: Detail = [time, timeInWords(facts.requestedAt, language)];
  if (facts.by) return [at, [by, doers[language][facts.by]]];
  return [
    at,
    [address, isIP(facts.clientAddress) ? facts.clientAddress : unknown],
    [browser, browserInWords(facts.userAgent, language)],
  ];
}
