import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, migrations } from '@app/database';
import { Client } from 'pg';
import { dataSourceOptions } from '../../ormconfig.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

const FOLDER = join(import.meta.dirname, 'previous-release');
const read = (file: string) => readFileSync(join(FOLDER, file), 'utf8');
const release = JSON.parse(read('release.json')) as { version: string; lastMigration: string };

/** As they were when that release was made: by name, in the texts that its replicas still run. */
const statements = read('statements.sql')
  .split(/;\n(?=\n--|$)/)
  .map((text) => ({ text: text.trim(), builder: /^-- (\S+)\n\n/m.exec(text)?.[1] ?? '' }))
  .filter(({ builder }) => builder !== '' && builder !== 'TestingInjector.instantiateClass');

async function fill(client: Client): Promise<void> {
  for (const statement of read('fill.sql').split(/;\n/))
    if (statement.trim() && !statement.startsWith('VACUUM')) await client.query(statement);
}

/** Expand, then contract: a replica of the release before goes on running while the new ones come. */
describe(`what release ${release.version} runs`, () => {
  let database: TestDatabase;
  let replica: Client;

  beforeAll(async () => {
    database = await createEmptyDatabase();
    const options = dataSourceOptions(database.url, 2);
    const last = migrations.findIndex((migration) => new migration().name === release.lastMigration);
    await migrate({ ...options, migrations: migrations.slice(0, last + 1) });
    replica = new Client(database.url);
    await replica.connect();
    await fill(replica);
    for (const [number, { text }] of statements.entries())
      await replica.query(`PREPARE s${number} AS ${text}`);
    await migrate(options);
  }, 120_000);
  afterAll(async () => {
    await replica.end();
    await database.drop();
  });

  /** Those that are refused when they are run, by the connection that has had them since before the upgrade. */
  const refused = async () => {
    const problems: string[] = [];
    for (const [number, { text, builder }] of statements.entries()) {
      const highest = Math.max(
        0,
        ...[...text.matchAll(/\$(\d+)/g)].map(([, parameter]) => Number(parameter)),
      );
      const values = highest ? `(${Array.from({ length: highest }, () => 'NULL').join(', ')})` : '';
      await replica
        .query(`EXPLAIN EXECUTE s${number}${values}`)
        .catch((error: Error) => problems.push(`${builder}: ${error.message}`));
    }
    return problems;
  };

  it('is as much as it was', () => expect(statements.length).toBeGreaterThan(250));

  it('goes on running on this schema, on connections that were there before', async () => {
    expect(await refused()).toEqual([]);
  });

  it('would not, if a column of it were taken away', async () => {
    await replica.query('BEGIN');
    await replica.query('ALTER TABLE magic_links DROP COLUMN user_agent');
    expect((await refused()).length).toBeGreaterThan(0);
    await replica.query('ROLLBACK');
  });

  it('may write what it wrote: what has been added since needs no value', async () => {
    const fresh = await createTestDatabase();
    const client = new Client(fresh.url);
    await client.connect();
    await fill(client);
    const { rows } = await client.query('SELECT count(*)::int AS messages FROM messages');
    expect(rows).toEqual([{ messages: 25_000 }]);
    await client.end();
    await fresh.drop();
  });
});
