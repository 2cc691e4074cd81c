import { contrastOf } from '../look/contrast.js';
import { COLOURS, type Colours, type Theme } from '../look/theme.js';
import { readJson, type Found } from './json-file.js';

const COLOUR = /^#[0-9a-f]{6}$/i;
/** What is read on what. WCAG 2.2, 1.4.3: enough for text of any size. */
const READ: [keyof Colours, keyof Colours][] = [
  ['ink', 'paper'],
  ['ink', 'ground'],
  ['quiet', 'paper'],
  ['quiet', 'ground'],
  ['accent', 'paper'],
  ['onAccent', 'accent'],
];
const ENOUGH = 4.5;

export interface ThemeFile {
  theme: Theme;
  /** A file of the same folder. */
  logo?: string;
}

/** Colours that are not in it are those of `base`. */
export function readTheme(text: string, base: Theme, found: Found): ThemeFile {
  const { values, lineOf } = readJson(text, found);
  const { light, dark, logo, ...others } = values;
  for (const name of Object.keys(others))
    found.push({ line: lineOf(name), problem: `does not know ${name}: it may hold light, dark and logo` });
  if (logo !== undefined && typeof logo !== 'string')
    found.push({ line: lineOf('logo'), problem: 'logo has to be the name of a file' });
  const colours = (name: 'light' | 'dark', given: unknown) =>
    coloursOf(name, given, base[name], lineOf, found);
  const theme = { light: colours('light', light), dark: colours('dark', dark) };
  return { theme, ...(typeof logo === 'string' && { logo }) };
}

function coloursOf(
  mode: 'light' | 'dark',
  given: unknown,
  base: Colours,
  lineOf: (name: string) => number,
  found: Found,
): Colours {
  const line = lineOf(mode);
  const wrong = (problem: string) => found.push({ line, problem: `${mode} ${problem}` });
  if (given === undefined) return base;
  if (given === null || typeof given !== 'object') return (wrong('has to hold colours'), base);
  for (const [name, colour] of Object.entries(given)) {
    if (!Object.hasOwn(COLOURS.light, name))
      wrong(`does not know ${name}: it may hold ${Object.keys(base).join(', ')}`);
    if (typeof colour !== 'string' || !COLOUR.test(colour))
      return (wrong(`needs ${name} as six digits: #1b4fd8`), base);
  }
  const colours = { ...base, ...(given as Partial<Colours>) };
  for (const [front, back] of READ) {
    const contrast = contrastOf(colours[front], colours[back]);
    if (contrast < ENOUGH)
      wrong(`has ${front} on ${back} at a contrast of ${contrast.toFixed(1)}: people need ${ENOUGH}`);
  }
  return colours;
}
