import { answerCases } from './answers.js';
import { bodyCases } from './bodies.js';
import { browserCases } from './browsers.js';
import type { AttackCase } from './case.js';
import { exposureCases } from './exposure.js';
import { headerCases } from './headers.js';
import { limitCases } from './limits.js';
import { tokenCases } from './tokens.js';

/** In the order in which they are run: those that use up limits come last. */
export const attackCases: AttackCase[] = [
  ...headerCases,
  ...browserCases,
  ...tokenCases,
  ...exposureCases,
  ...answerCases,
  ...bodyCases,
  ...limitCases,
];
