import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { migrate, startEmbeddedPostgres } from '../dist/libs/database/src/index.js';
import { dataSourceOptions } from '../dist/ormconfig.js';

// Writes every statement that the tests have seen the service run, each with its plan on a filled database, to docs/statements.
// `node scripts/statements.mjs <folder> [--check]`: where a run of the tests with COUNTERSIGN_STATEMENTS=<folder> has left them.
// With --check nothing is written: it fails where the documents say something else.

const TARGET = 'docs/statements';
const LARGE = [
  'accounts',
  'attempts',
  'sessions',
  'messages',
  'audit_events',
  'guess_budgets',
  'password_failures',
  'request_limits',
  'credentials',
  'browser_sessions',
  'browser_attempts',
];
/** Who may look at a whole table, and why. */
const MAY_SCAN = {
  'Outbox.': 'counts what is queued; asked by the health page and the metrics, which remember the answer',
  duties: 'housekeeping takes a batch of what is over, never in the way of a request',
  'PostgresThrottlerStorage.purge': 'a part of housekeeping',
  UnprovenAccounts: 'a part of housekeeping',
  'key-ring.service': 'counts for an operator what rests under each key',
};

const [folder, flag] = process.argv.slice(2);
if (!folder) throw new Error('Usage: node scripts/statements.mjs <folder of a recorded run> [--check]');
const recorded = readdirSync(folder).flatMap((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')));
// What a test builds itself is none of the service's.
const own = recorded.filter(({ builder }) => !/\.spec$/.test(builder));
const texts = new Map(own.map(({ text, builder }) => [text, builder]));
const named = nameAll([...texts].map(([text, builder]) => ({ text, builder })));

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-statements-'));
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };
const postgres = await startEmbeddedPostgres({ dataDir, settings });
const files = new Map();
const scans = [];
try {
  await migrate(dataSourceOptions(postgres.url));
  const client = new pg.Client({ connectionString: postgres.url });
  await client.connect();
  for (const statement of readFileSync('scripts/statements/fill.sql', 'utf8')
    .split(/;\n/)
    .filter((part) => part.trim()))
    await client.query(statement);
  for (const { name, builder, text } of named) {
    const plan = await planOf(client, text);
    const scanned = LARGE.filter((table) => new RegExp(`Seq Scan on ${table}\\b`).test(plan));
    if (scanned.length && !Object.keys(MAY_SCAN).some((who) => builder.startsWith(who)))
      scans.push(`${name}: ${scanned.join(', ')}`);
    files.set(`${name}.sql`, fileOf(builder, text, plan));
  }
  await client.end();
} finally {
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
if (flag === '--check') compare();
else write();
console.log(`${files.size} statements`);
if (scans.length) {
  console.error(`A large table is read as a whole by:\n  ${scans.join('\n  ')}`);
  process.exitCode = 1;
}

/** By who builds it; several shapes of one builder by the order of their texts. */
function nameAll(statements) {
  const byBuilder = grouped(statements);
  return [...byBuilder]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([builder, own]) => {
      const sorted = own.sort(
        (one, other) => one.text.length - other.text.length || (one.text < other.text ? -1 : 1),
      );
      return sorted.map(({ text }, index) => ({
        builder,
        text,
        name: sorted.length > 1 ? `${builder}-${index + 1}` : builder,
      }));
    });
}

function grouped(statements) {
  const groups = new Map();
  for (const each of statements) groups.set(each.builder, [...(groups.get(each.builder) ?? []), each]);
  return groups;
}

async function planOf(client, text) {
  if (!/^\s*(WITH|SELECT|INSERT|UPDATE|DELETE)\b/i.test(text)) return '';
  const { rows } = await client.query(`EXPLAIN (GENERIC_PLAN, COSTS OFF) ${text}`);
  return rows.map((row) => row['QUERY PLAN']).join('\n');
}

function fileOf(builder, text, plan) {
  const body = text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();
  const comment = plan.split('\n').map((line) => `-- ${line}`.trimEnd());
  return [`-- ${builder}`, '', `${body};`, '', '-- Plan, with any values:', ...comment, ''].join('\n');
}

function write() {
  rmSync(TARGET, { recursive: true, force: true });
  mkdirSync(TARGET, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(TARGET, name), content);
}

/**
 * By the texts of the statements alone. One that two build has the name of whichever came first, which differs from run to run; and of
 * two plans that cost the same Postgres takes now one and now the other.
 */
function compare() {
  const body = (content) => content.slice(content.indexOf('\n'), content.indexOf('\n-- Plan'));
  const known = existsSync(TARGET) ? readdirSync(TARGET) : [];
  const written = new Map(known.map((name) => [body(readFileSync(join(TARGET, name), 'utf8')), name]));
  const run = new Map([...files].map(([name, content]) => [body(content), name]));
  const differences = [
    ...[...written]
      .filter(([text]) => !run.has(text))
      .map(([, name]) => `${name}: is run no more, or not like this`),
    ...[...run].filter(([text]) => !written.has(text)).map(([, name]) => `${name}: is new, or has changed`),
  ];
  if (differences.length === 0) return;
  console.error(`docs/statements is not up to date (npm run statements):\n  ${differences.join('\n  ')}`);
  process.exitCode = 1;
}
