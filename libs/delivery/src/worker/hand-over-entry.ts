import type { HandOverEntry } from '../message.js';
import type { Ended } from './recorder.js';

const LONGEST_ANSWER = 200;

/** What the row remembers of a try. */
export function entryOf({ message, provider, verdict, endedAt }: Ended): HandOverEntry {
  const answer = 'reason' in verdict ? verdict.reason : (verdict.providerId ?? '');
  return {
    at: endedAt.toISOString(),
    try: message.tries,
    provider,
    outcome: verdict.outcome,
    answer: answer.slice(0, LONGEST_ANSWER),
  };
}
