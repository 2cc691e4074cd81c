import { isIP } from 'node:net';
import type { Speech } from '@app/pages';
import { browserInWords } from './browser.js';

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

/** Lets the reader see whether it was they who asked. */
export function requestDetails(facts: RequestFacts, speech: Speech): Detail[] {
  const at: Detail = [speech.say('details.time'), speech.time(facts.requestedAt)];
  if (facts.by) return [at, [speech.say('details.by'), speech.say(`details.${facts.by}`)]];
  const { clientAddress } = facts;
  return [
    at,
    [speech.say('details.address'), isIP(clientAddress) ? clientAddress : speech.say('details.unknown')],
    [speech.say('details.browser'), browserInWords(facts.userAgent, speech)],
  ];
}
