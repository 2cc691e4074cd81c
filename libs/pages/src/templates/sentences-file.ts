import type { Catalogue, SentenceKey } from '../words/catalogue.js';
import { sentences as english } from '../words/languages/en/index.js';
import { readJson, type Found } from './json-file.js';

/** Without these a message would be of no use to its reader. */
const NEEDED = ['code', 'link', 'reference'];
/** Lines of their own would look like what we add ourselves, and end a header. */
// eslint-disable-next-line no-control-regex
const CONTROLS = /[\u0000-\u001f\u007f\u2028\u2029]/;

/** `whole`: whether the language is none of ours, so that nothing may be missing. */
export function readSentences(text: string, whole: boolean, found: Found): Partial<Catalogue> {
  const { values, lineOf } = readJson(text, found);
  for (const [key, sentence] of Object.entries(values)) {
    const problem = problemOf(key, sentence);
    if (problem) found.push({ line: lineOf(key), problem: `${key} ${problem}` });
  }
  const missing = whole ? Object.keys(english).filter((key) => !Object.hasOwn(values, key)) : [];
  if (missing.length)
    found.push({
      line: 1,
      problem: `lacks ${missing.length} sentences, which a language of your own needs: ${missing.join(', ')}`,
    });
  return values as Partial<Catalogue>;
}

function problemOf(key: string, sentence: unknown): string | undefined {
  if (!Object.hasOwn(english, key)) return 'is no sentence of this version';
  if (typeof sentence !== 'string' || !sentence.trim()) return 'has to be a sentence';
  if (CONTROLS.test(sentence)) return 'has to be one line';
  const known = variablesOf(english[key as SentenceKey]);
  const used = variablesOf(sentence);
  const unknown = used.find((name) => !known.includes(name));
  if (unknown !== undefined)
    return `does not know {${unknown}}: it may hold ${listed(known) || 'no variable'}`;
  const lacking = known.filter((name) => NEEDED.includes(name) && !used.includes(name));
  return lacking.length ? `has to hold ${listed(lacking)}` : undefined;
}

const variablesOf = (sentence: string) =>
  [...sentence.matchAll(/\{([^{}]*)\}/g)].map(([, name = '']) => name);
const listed = (names: string[]) => [...new Set(names)].map((name) => `{${name}}`).join(', ');
