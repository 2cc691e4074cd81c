import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, migrations } from '@app/database';
import { Client } from 'pg';
import { previousRelease } from '../../bench/src/rehearsal/previous-release.js';
import { dataSourceOptions } from '../../ormconfig.js';
import { createEmptyDatabase, createTestDatabase, type TestDatabase } from '../support/test-database.js';

const release = previousRelease();
const read = (file: string) => readFileSync(join(release.folder, file), 'utf8');

interface Frozen {
  text: string;
  builder: string;
  /** With which it is run; absent where none were found that are not refused. */
  values?: unknown[];
}

/** As they were when that release was made: in the texts that its replicas still run. */
const statements: Frozen[] = read('statements.sql')
  .split(/;\n(?=\n--|$)/)
  .map((text) => {
    const [, builder = '', values] = /^-- (\S+)\n(?:-- With: (.*)\n)?\n/m.exec(text) ?? [];
    return { text: text.trim(), builder, ...(values && { values: JSON.parse(values) as unknown[] }) };
  })
  .filter(({ builder }) => builder !== '' && builder !== 'TestingInjector.instantiateClass');
const UUID = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/g;
const withValues = statements.filter(({ values }) => values);

/** What came of a statement: what it answers, as JSON, and how many rows it wrote; or why it was refused. */
type Outcome = { answer: string; written: number } | { refused: string };

async function fill(client: Client): Promise<void> {
  for (const statement of read('fill.sql').split(/;\n/))
    if (statement.trim() && !statement.startsWith('VACUUM')) await client.query(statement);
}

/** Expand, then contract: a replica of the release before goes on running while the new ones come. */
describe(`what release ${release.version} runs`, () => {
  let database: TestDatabase;
  let replica: Client;
  let before: Outcome[];

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
    before = await outcomes();
    await migrate(options);
  }, 120_000);
  afterAll(async () => {
    await replica.end();
    await database.drop();
  });

  async function outcomes(): Promise<Outcome[]> {
    const all: Outcome[] = [];
    for (const frozen of withValues) all.push(await outcomeOf(frozen));
    return all;
  }

  /** Of a statement by the name under which the connection has had it since before the upgrade; all that it does is undone. */
  async function outcomeOf({ text, values }: Frozen): Promise<Outcome> {
    const written = `SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)::int AS n FROM pg_stat_xact_user_tables`;
    const writes = async () => (await replica.query<{ n: number }>(written)).rows[0]?.n ?? 0;
    await replica.query('BEGIN');
    try {
      const since = await writes();
      const name = `f${withValues.findIndex((each) => each.text === text)}`;
      const { rows } = await replica.query<object>({ name, text, values });
      // What it makes up is another one each time.
      return { answer: JSON.stringify(rows).replace(UUID, 'uuid'), written: (await writes()) - since };
    } catch (error) {
      return { refused: (error as Error).message };
    } finally {
      await replica.query('ROLLBACK');
    }
  }

  /** Those that cannot be run any more, with any values. */
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

  it('is as much as it was, and does something with its values', () => {
    expect(statements.length).toBeGreaterThan(250);
    expect(withValues.length).toBeGreaterThan(statements.length * 0.9);
    expect(before.filter((each) => 'refused' in each)).toEqual([]);
    expect(before.filter((each) => 'written' in each && each.written > 0).length).toBeGreaterThan(100);
  });

  it('goes on running on this schema, on connections that were there before', async () => {
    expect(await refused()).toEqual([]);
  });

  it('does on this schema what it did on its own: answers alike, and writes as many rows', async () => {
    const after = await outcomes();
    const differences = withValues.flatMap(({ builder }, index) => {
      const [was, is] = [before[index], after[index]];
      return JSON.stringify(was) === JSON.stringify(is) ? [] : [{ builder, was, is }];
    });
    expect(differences).toEqual([]);
  });

  it('would not, if a column of it were taken away, or might not hold what it held', async () => {
    await replica.query('ALTER TABLE magic_links RENAME COLUMN user_agent TO agent');
    expect((await refused()).length).toBeGreaterThan(0);
    await replica.query('ALTER TABLE magic_links RENAME COLUMN agent TO user_agent');
    await replica.query('ALTER TABLE sessions ADD CONSTRAINT unheard CHECK (ended_at IS NULL) NOT VALID');
    expect((await outcomes()).some((each) => 'refused' in each)).toBe(true);
    await replica.query('ALTER TABLE sessions DROP CONSTRAINT unheard');
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
