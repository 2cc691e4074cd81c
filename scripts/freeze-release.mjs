import {
  copyFileSync,
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
import { ensureBuilt } from './ensure-built.mjs';
import { columnsOf, valuesFor } from './statements/find-values.mjs';

// `npm run release:freeze`, when a release is made: from then on the tests hold the schema to what this release runs on it.

const SOURCE = 'docs/statements';
const FILL = 'scripts/statements/fill.sql';

await ensureBuilt();
const { migrate, migrations, startEmbeddedPostgres } = await import('../dist/libs/database/src/index.js');
const { dataSourceOptions } = await import('../dist/ormconfig.js');
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const target = join('test/integration/releases', version);

const dataDir = mkdtempSync(join(tmpdir(), 'countersign-freeze-'));
const settings = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', autovacuum: 'off' };
const postgres = await startEmbeddedPostgres({ dataDir, settings });
try {
  await migrate(dataSourceOptions(postgres.url));
  const client = new pg.Client({ connectionString: postgres.url, statement_timeout: 5000 });
  await client.connect();
  for (const statement of readFileSync(FILL, 'utf8').split(/;\n/))
    if (statement.trim()) await client.query(statement);
  await freeze(client);
  await client.end();
} finally {
  await postgres.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

async function freeze(client) {
  const columns = await columnsOf(client);
  const statements = [];
  for (const [index, file] of readdirSync(SOURCE).entries()) {
    process.stderr.write(`\r${index + 1} of ${readdirSync(SOURCE).length} statements`);
    const [, builder, text] = /^-- (\S+)\n\n([^]*?)\n\n-- Plan, with any values:/.exec(
      readFileSync(join(SOURCE, file), 'utf8'),
    );
    const found = await valuesFor(client, text.replace(/;$/, ''), columns, index + 1);
    const head = found ? [`-- ${builder}`, `-- With: ${JSON.stringify(found)}`] : [`-- ${builder}`];
    statements.push(`${head.join('\n')}\n\n${text}`);
  }
  process.stderr.write('\n');
  const head = `-- The statements of release ${version}, as its tests had seen them run, with values that do something on the rows of fill.sql. They have to do
-- the same on the schema of the next release, beside it.
-- Made by npm run release:freeze, and never edited.`;
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, 'statements.sql'), `${[head, ...statements].join('\n\n')}\n`);
  copyFileSync(FILL, join(target, 'fill.sql'));
  const release = { version, lastMigration: new (migrations.at(-1))().name };
  writeFileSync(join(target, 'release.json'), `${JSON.stringify(release, null, 2)}\n`);
  console.log(`${version}: ${statements.length} statements, on ${release.lastMigration}`);
}
