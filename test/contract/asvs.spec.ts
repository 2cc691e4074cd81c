import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = 'docs/security';
const text = readFileSync(join(FOLDER, 'asvs.md'), 'utf8');

/** ASVS 5.0.0, chapters 6, 7, 9 and 10: of each section the numbers that level 1 has, and those that level 2 adds. */
const SECTIONS: Record<string, [one: number[], two: number[]]> = {
  '6.1': [[1], [2, 3]],
  '6.2': [
    [1, 2, 3, 4, 5, 6, 7, 8],
    [9, 10, 11, 12],
  ],
  '6.3': [
    [1, 2],
    [3, 4],
  ],
  '6.4': [
    [1, 2],
    [3, 4],
  ],
  '6.5': [[], [1, 2, 3, 4, 5]],
  '6.6': [[], [1, 2, 3]],
  '6.8': [[], [1, 2, 3, 4]],
  '7.1': [[], [1, 2, 3]],
  '7.2': [[1, 2, 3, 4], []],
  '7.3': [[], [1, 2]],
  '7.4': [
    [1, 2],
    [3, 4, 5],
  ],
  '7.5': [[], [1, 2]],
  '7.6': [[], [1, 2]],
  '9.1': [[1, 2, 3], []],
  '9.2': [[1], [2, 3, 4]],
  '10.1': [[], [1, 2]],
  '10.2': [[], [1, 2]],
  '10.3': [[], [1, 2, 3, 4]],
  '10.4': [
    [1, 2, 3, 4, 5],
    [6, 7, 8, 9, 10, 11],
  ],
  '10.5': [[], [1, 2, 3, 4, 5]],
  '10.6': [[], [1, 2]],
  '10.7': [[], [1, 2, 3]],
};
const STATES = ['met', '_partly_', '**not met**', 'does not apply'];

const rows = text
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, number = '', level = '', what = '', state = '', how = '', shown = '']) => ({
    number,
    level,
    what,
    state,
    how,
    shown,
  }));
const required = Object.entries(SECTIONS).flatMap(([section, levels]) =>
  levels.flatMap((numbers, index) => numbers.map((number) => `${section}.${number} ${index + 1}`)),
);
const sources = new Map<string, string>();
const sourceOf = (file: string) => {
  if (!sources.has(file)) sources.set(file, existsSync(file) ? readFileSync(file, 'utf8') : '');
  return sources.get(file) as string;
};
const testsIn = (cell: string) =>
  [...cell.matchAll(/`([^`]+\.ts)` › “([^”]+)”/g)].map(([, file = '', title = '']) => ({ file, title }));
/** A title as it stands in its file: a text of its own, at whose edges there are quotes. */
const hasTitle = ({ file, title }: { file: string; title: string }) =>
  ["'", '"', '`'].some((quote) => sourceOf(file).includes(`${quote}${title}${quote}`));

describe('docs/security/asvs.md', () => {
  it('has a row for each requirement of level 1 and 2, and for no other', () => {
    const sorted = (list: string[]) => [...list].sort();
    expect(sorted(rows.map(({ number, level }) => `${number} ${level}`))).toEqual(sorted(required));
  });

  it('says of each row how it stands, and how that is', () => {
    expect(rows.filter(({ what, state, how }) => !what || !how || !STATES.includes(state))).toEqual([]);
  });

  it('shows what is met by a test or a document', () => {
    const shown = ({ shown: cell }: (typeof rows)[number]) => testsIn(cell).length > 0 || cell.includes('](');
    expect(rows.filter((row) => row.state === 'met' && !shown(row))).toEqual([]);
    expect(rows.filter(({ shown: cell, state }) => state === 'does not apply' && cell !== '')).toEqual([]);
  });

  it('names tests that are there', () => {
    const named = rows.flatMap(({ shown }) => testsIn(shown));
    expect(named.length).toBeGreaterThan(80);
    expect(named.filter((test) => !hasTitle(test))).toEqual([]);
    const written = rows.flatMap(({ shown }) => [...shown.matchAll(/`[^`]+\.ts`/g)]);
    expect(named).toHaveLength(written.length);
  });

  it('names documents and sections that are there', () => {
    const links = [...text.matchAll(/\]\(([^)]+)\)/g)].map(([, link = '']) => link);
    const isThere = (link: string) => {
      const [file = '', section] = link.split('#');
      const content = sourceOf(join(FOLDER, file));
      const headings = [...content.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
        heading.toLowerCase().replaceAll(' ', '-'),
      );
      return content !== '' && (section === undefined || headings.includes(section));
    };
    expect(links.filter((link) => !isThere(link))).toEqual([]);
  });
});
