import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

describe('the schema', () => {
  let database: TestDatabase;
  let dataSource: DataSource;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  it('is what the entities say: each column with its type, default and nullability', async () => {
    for (const { tableName, columns } of dataSource.entityMetadatas) {
      const rows: { column_name: string; data_type: string; is_nullable: string }[] = await dataSource.query(
        `SELECT column_name, data_type, is_nullable FROM information_schema.columns WHERE table_name = $1`,
        [tableName],
      );
      const migrated = rows
        .map((row) => `${row.column_name} ${typeName(row.data_type)} ${row.is_nullable}`)
        .sort();
      const declared = columns
        .map(
          (column) =>
            `${column.databaseName} ${column.isArray ? 'ARRAY' : (column.type as string)} ${column.isNullable ? 'YES' : 'NO'}`,
        )
        .sort();
      expect([tableName, declared]).toEqual([tableName, migrated]);
    }
  });

  it('names in the entities every index and constraint that the migrations make', async () => {
    for (const { tableName, indices, checks, uniques } of dataSource.entityMetadatas) {
      const indexes: { name: string }[] = await dataSource.query(
        `SELECT i.relname AS name FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
         JOIN pg_class t ON t.oid = x.indrelid WHERE t.relname = $1 AND NOT x.indisprimary`,
        [tableName],
      );
      const constraints: { name: string }[] = await dataSource.query(
        `SELECT conname AS name FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'c'`,
        [tableName],
      );
      const migrated = [...indexes, ...constraints].map((row) => row.name).sort();
      const declared = [...indices, ...checks, ...uniques].map((each) => each.name).sort();
      expect([tableName, declared]).toEqual([tableName, migrated]);
    }
  });

  it('goes away and comes back by the migrations alone', async () => {
    for (let step = dataSource.migrations.length; step > 0; step -= 1) await dataSource.undoLastMigration();
    const left: unknown[] = await dataSource.query(
      `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' AND table_name <> 'migrations'`,
    );
    expect(left).toEqual([]);
    const { migrations } = dataSource;
    expect(await dataSource.runMigrations({ transaction: 'each' })).toHaveLength(migrations.length);
  });

  it('comes without an account: none is there by default', async () => {
    expect(await dataSource.query('SELECT id FROM accounts')).toEqual([]);
  });

  it('refuses to change or delete an audit event', async () => {
    await dataSource.query(
      `INSERT INTO audit_events (id, at, event, outcome) VALUES (1, now(), 'password', 'wrong')`,
    );
    for (const statement of [
      `UPDATE audit_events SET outcome = 'x'`,
      'DELETE FROM audit_events',
      'TRUNCATE audit_events',
    ]) {
      await expect(dataSource.query(statement)).rejects.toThrow('append-only');
    }
  });
});

function typeName(dataType: string): string {
  return dataType === 'timestamp with time zone' ? 'timestamptz' : dataType;
}
