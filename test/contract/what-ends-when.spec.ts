import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { EVENTS, THINGS, whatEndsWhen, type AccountEvent, type Thing } from '@app/kernel';

const DOCUMENT = 'docs/security/what-ends-when.md';

/** `event · thing: fate`, of every cell. */
type Cells = string[];

/** The cells of a row of a table; undefined for any other line. */
function cellsOf(line: string): string[] | undefined {
  if (!line.startsWith('|')) return undefined;
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());
}

/** The tables of the document that say what ends, as text has them; the one that says what its owner is told is another. */
function documented(document: string): Cells {
  const [text = ''] = document.split('\n## What its owner is told');
  const cells: Cells = [];
  let things: string[] | undefined;
  for (const row of text.split('\n').map(cellsOf)) {
    const [first, ...rest] = row ?? [];
    if (first === undefined) things = undefined;
    else if (first === 'event') things = rest;
    else if (things && !/^-+$/.test(first)) {
      const columns = things;
      if (rest.length !== columns.length) throw new Error(`${first}: ${rest.length} cells`);
      cells.push(...rest.map((fate, at) => `${first} · ${columns[at]}: ${fate}`));
    }
  }
  return cells.sort();
}

function inCode(): Cells {
  const events = Object.entries(EVENTS) as [AccountEvent, { name: string }][];
  const things = Object.entries(THINGS) as [Thing, string][];
  return events
    .flatMap(([event, { name }]) =>
      things.map(([thing, called]) => `${name} · ${called}: ${whatEndsWhen[event][thing]}`),
    )
    .sort();
}

describe('the document of what ends when', () => {
  const text = readFileSync(DOCUMENT, 'utf8');

  it('says of every event and every thing what the table in code says, and nothing else', () => {
    expect(documented(text)).toEqual(inCode());
  });

  it.each([
    ['another word in a cell', /(\| password reset by a link +\| )ends/, '$1stays'],
    ['an event that is none', '| signed out everywhere ', '| signed out elsewhere '],
    ['a thing that is none', '| linked identity ', '| linked identities '],
  ])('would be found out with %s', (_what, found, instead) => {
    const wrong = text.replace(found, instead);
    expect(wrong).not.toBe(text);
    expect(documented(wrong)).not.toEqual(inCode());
  });

  it('calls no two events and no two things alike', () => {
    const names = [...Object.values(EVENTS).map(({ name }) => name), ...Object.values(THINGS)];
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('the table of what ends when', () => {
  const sources = ['apps', 'libs']
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
    )
    .filter((file) => file.endsWith('.ts') && !file.includes('what-ends-when'))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));

  it('is read by `endedBy` alone, where an event ends things: no caller says what survives it', () => {
    const makers = ['end-sessions.ts', 'end-credentials.ts', 'supersede.ts', 'ended-by.ts'];
    const users = sources.filter(({ text }) =>
      /\b(?:endSessionsAt|endCredentialsAt|keepOpenAt)\(/.test(text),
    );
    expect(users.map(({ file }) => basename(file)).sort()).toEqual(makers.sort());
  });

  it('has no event that raises the stamp and that nobody does', () => {
    const done = (event: string) =>
      sources.some(({ text }) => text.includes('endedBy(') && text.includes(`'${event}'`));
    const raising = Object.entries(EVENTS).filter(([, { reach }]) => reach === 'account');
    expect(raising.map(([event]) => event).filter((event) => !done(event))).toEqual([]);
  });
});
