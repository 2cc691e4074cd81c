import { migrate } from '@app/database';
import { Client } from 'pg';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

class Grown1900000000000 implements MigrationInterface {
  name = 'Grown1900000000000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE accounts ADD COLUMN grown boolean');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE accounts DROP COLUMN grown');
  }
}

/** Changes two tables: whoever has the second may want the first. */
class Crossed1900000001000 implements MigrationInterface {
  name = 'Crossed1900000001000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE accounts ADD COLUMN crossed boolean');
    await runner.query('ALTER TABLE sessions ADD COLUMN crossed boolean');
  }

  async down(): Promise<void> {
    throw new Error('It is never taken back.');
  }
}

describe('a migration that needs a table which somebody else holds', () => {
  let database: TestDatabase;
  let holder: Client;
  let reader: Client;

  beforeEach(async () => {
    database = await createTestDatabase();
    [holder, reader] = [new Client(database.url), new Client(database.url)];
    await Promise.all([holder.connect(), reader.connect()]);
  });
  afterEach(async () => {
    await Promise.all([holder.end(), reader.end()]);
    await database.drop();
  });

  const begin = (migration: new () => MigrationInterface, note?: (line: string) => void) => {
    const options = dataSourceOptions(database.url, 2);
    return migrate({ ...options, migrations: [...(options.migrations as never[]), migration] } as never, {
      note,
    });
  };
  const migratorWaits = async () => {
    const { rows } = await reader.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'ALTER TABLE%' AND wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  };

  it('waits in short turns, lets those behind it through, and is done when the table is free', async () => {
    await holder.query('BEGIN; SELECT FROM accounts');
    const notes: string[] = [];
    const migrated = begin(Grown1900000000000, (line) => notes.push(line));
    await until(migratorWaits, 'the migration to wait');
    // It stands behind the migration, which stands behind a transaction that ends after it.
    await reader.query('SELECT FROM accounts');
    await until(() => notes.length > 0, 'a note');
    expect(notes[0]).toBe(
      'A table that has to change is in use by a transaction that takes long. Trying again.',
    );
    await holder.query('COMMIT');
    expect(await migrated).toEqual(['Grown1900000000000']);
    await reader.query('SELECT grown FROM accounts');
  });

  it('holds no table while it waits for another', async () => {
    await holder.query('BEGIN; SELECT FROM sessions');
    const migrated = begin(Crossed1900000001000);
    await until(migratorWaits, 'the migration to wait');
    await holder.query('SELECT FROM accounts; COMMIT');
    expect(await migrated).toEqual(['Crossed1900000001000']);
  });

  it('that fails for another reason fails at once', async () => {
    class Wrong1900000000000 extends Grown1900000000000 {
      override name = 'Wrong1900000000000';
      override up = (runner: QueryRunner) => runner.query('ALTER TABLE nothing ADD COLUMN grown boolean');
    }
    await expect(begin(Wrong1900000000000)).rejects.toThrow('relation "nothing" does not exist');
  });
});
