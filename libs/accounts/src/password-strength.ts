import { ZxcvbnFactory } from '@zxcvbn-ts/core';
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common';
import { dictionary as english, translations } from '@zxcvbn-ts/language-en';

/** NIST SP 800-63B §3.1.1.2: at least 8 characters, and room for a sentence. */
export const PASSWORD_LENGTH = { min: 8, max: 128 };
/** 0 to 4; 3 is "safely unguessable" where verifiers are slow. */
const LEAST_SCORE = 3;
/** The time an estimate takes grows with the square of the length; what is strong this far is strong. */
const JUDGED_CHARACTERS = 40;

// The dictionaries (49,000 of the commonest passwords among them) cost 150 ms and memory: made when first needed.
let estimator: ZxcvbnFactory | undefined;

/**
 * Why a password is too weak, in a sentence; undefined when it is not. `about`: what the person is known by, which
 * guessers try first.
 */
export function weaknessOf(password: string, about: string[]): string | undefined {
  estimator ??= new ZxcvbnFactory({
    graphs: adjacencyGraphs,
    dictionary: { ...common, ...english },
    translations,
  });
  const judged = password.normalize('NFKC').slice(0, JUDGED_CHARACTERS);
  const { score, feedback } = estimator.check(judged, about.flatMap(words));
  if (score >= LEAST_SCORE) return undefined;
  return [feedback.warning ?? 'This password is easy to guess.', ...feedback.suggestions].join(' ');
}

/** An address is known by its parts too. */
function words(text: string): string[] {
  return [text, ...text.split(/[^\p{L}\p{N}]+/u)].filter((word) => word.length > 2);
}
