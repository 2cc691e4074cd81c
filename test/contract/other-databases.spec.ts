import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A piece of SQL that not every database which calls itself Postgres takes. */
interface Construct {
  pattern: RegExp | ((text: string) => boolean);
  /** Where it may stand; absent: anywhere, as much of the product rests on it. */
  within?: RegExp;
}

/** By their names in docs/operations/scale.md, which says of each what takes its place. */
const IN_STATEMENTS: Record<string, Construct> = {
  'a row written by WITH': { pattern: /\bAS (?:NOT MATERIALIZED )?\(\s*(?:INSERT|UPDATE|DELETE)\b/ },
  'two writes to one table': { pattern: writesTwice },
  'ON CONFLICT … WHERE': { pattern: /ON CONFLICT \([^)]*\) WHERE/ },
  'FOR UPDATE SKIP LOCKED': { pattern: /SKIP LOCKED/ },
  'FOR NO KEY UPDATE, FOR SHARE': { pattern: /FOR (?:NO KEY UPDATE|SHARE|KEY SHARE)/ },
  xmax: { pattern: /\bxmax\b/, within: /INSERT INTO external_identities/ },
  pg_advisory_xact_lock: { pattern: /advisory/, within: /^SELECT pg_advisory_xact_lock\(.*\);?$/ },
  set_config: {
    pattern: /set_config/,
    within: /^\s*DELETE FROM audit_events_former|'countersign\.audit_forgets'|'plan_cache_mode'/,
  },
};
const IN_SCHEMA: Record<string, Construct> = {
  'UNLOGGED TABLE': { pattern: /CREATE UNLOGGED TABLE/, within: /CREATE UNLOGGED TABLE request_limits/ },
  'UNIQUE INDEX … WHERE': { pattern: /UNIQUE INDEX[^;`]*\bWHERE\b/ },
  'TRIGGER, plpgsql': { pattern: /TRIGGER|plpgsql/, within: /audit_events/ },
  'PARTITION BY': { pattern: /PARTITION (?:BY RANGE|OF)/, within: /audit_events/ },
  'LOCK TABLE': { pattern: /\bLOCK TABLE\b/, within: /audit_events/ },
  'CREATE SEQUENCE': { pattern: /CREATE SEQUENCE/, within: /worker_numbers/ },
  'INDEX CONCURRENTLY': { pattern: /CONCURRENTLY/ },
};
/** What no statement and no migration has, so that nothing has to take its place. */
const AVOIDED: Record<string, RegExp> = {
  'LISTEN, NOTIFY': /\b(?:LISTEN|NOTIFY|pg_notify)\b/,
  'advisory locks of a session': /pg_(?:try_)?advisory_(?:lock|unlock)/,
  'temporary tables': /\bCREATE TEMP/,
  'WITH RECURSIVE': /\bWITH RECURSIVE\b/,
  LATERAL: /\bLATERAL\b/,
  MERGE: /\bMERGE INTO\b/,
  cursors: /\bDECLARE \w+ .*CURSOR\b/,
  'serial columns': /\b(?:SERIAL|BIGSERIAL|GENERATED (?:ALWAYS|BY DEFAULT) AS IDENTITY)\b/,
  'exclusion constraints': /\bEXCLUDE USING\b/,
  'deferred constraints': /\bDEFERR(?:ABLE|ED)\b/,
  extensions: /\bCREATE EXTENSION\b/,
  'xmin, ctid, tableoid': /\b(?:xmin|ctid|tableoid)\b/,
  'clocks of the database': /\b(?:clock_timestamp|statement_timestamp|CURRENT_TIMESTAMP)\b/,
};

const read = (folder: string, ending: string) =>
  readdirSync(folder)
    .filter((file) => file.endsWith(ending))
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));
const statements = read('docs/statements', '.sql').map(({ file, text }) => ({
  file,
  // Without who builds it, and without its plan.
  text:
    text
      .split('\n-- Plan')[0]
      ?.replace(/^-- .*\n+/, '')
      .trim() ?? '',
}));
/** Without comments, in which a word of SQL is a word. */
const migrations = read('libs/database/src/migrations', '.ts').map(({ file, text }) => ({
  file,
  text: text.replace(/\/\*[^]*?\*\/|\/\/.*$/gm, ''),
}));

function writesTwice(text: string): boolean {
  const written = [...text.matchAll(/\b(?:INSERT INTO|(?<!FOR |KEY |DO )UPDATE|DELETE FROM) ([a-z_]+)/g)].map(
    ([, table]) => table,
  );
  return new Set(written).size < written.length;
}

const has = ({ pattern }: Construct, text: string) =>
  typeof pattern === 'function' ? pattern(text) : pattern.test(text);

const document = readFileSync('docs/operations/scale.md', 'utf8');
const [, table = ''] = /^\| construct .*\n.*\n((?:\|.*\n)+)/m.exec(document) ?? [];
const listed = [...table.matchAll(/^\| (.*?) +\|/gm)].map(([, name = '']) => name.replaceAll('`', ''));

describe('what other databases do not take', () => {
  it('is listed with what takes its place, all of it and nothing else', () => {
    expect(listed.sort()).toEqual([...Object.keys(IN_STATEMENTS), ...Object.keys(IN_SCHEMA)].sort());
    const told = document.replaceAll(/\s+/g, ' ');
    for (const name of Object.keys(AVOIDED)) expect(told).toContain(name);
  });

  describe.each<[string, { file: string; text: string }[], Record<string, Construct>]>([
    ['statements', statements, IN_STATEMENTS],
    ['the schema', migrations, IN_SCHEMA],
  ])('in %s', (_where, texts, constructs) => {
    it.each(Object.entries(constructs))('%s stands where it may, and is made use of', (_name, construct) => {
      const users = texts.filter(({ text }) => has(construct, text));
      expect(users.length).toBeGreaterThan(0);
      const elsewhere = users.filter(({ text }) => construct.within && !construct.within.test(text));
      expect(elsewhere.map(({ file }) => file)).toEqual([]);
    });
  });

  it.each(Object.entries(AVOIDED))('%s: nowhere', (_name, pattern) => {
    const users = [...statements, ...migrations].filter(({ text }) => pattern.test(text));
    expect(users.map(({ file }) => file)).toEqual([]);
  });
});
