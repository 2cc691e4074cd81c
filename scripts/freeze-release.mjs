import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensureBuilt } from './ensure-built.mjs';

// `npm run release:freeze`, when a release is made: from then on the tests hold the schema to what this release runs on it.

const SOURCE = 'docs/statements';
const TARGET = 'test/integration/previous-release';

await ensureBuilt();
const { migrations } = await import('../dist/libs/database/src/index.js');
const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
const statements = readdirSync(SOURCE).map((file) =>
  readFileSync(join(SOURCE, file), 'utf8').split('\n-- Plan, with any values:')[0].trim(),
);
const head = `-- The statements of release ${version}, as its tests had seen them run. They have to run on the schema of the next release, beside it.
-- Made by npm run release:freeze, and never edited.`;
writeFileSync(join(TARGET, 'statements.sql'), `${[head, ...statements].join('\n\n')}\n`);
copyFileSync('scripts/statements/fill.sql', join(TARGET, 'fill.sql'));
const release = { version, lastMigration: new (migrations.at(-1))().name };
writeFileSync(join(TARGET, 'release.json'), `${JSON.stringify(release, null, 2)}\n`);
console.log(`${version}: ${statements.length} statements, on ${release.lastMigration}`);
