import { AuthError } from '@app/kernel';
import { Database, decisionOn, sql, StatementError } from '@app/database';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** PostgreSQL, appendix A. */
const UNAVAILABLE = [
  ['08006', 'connection_failure'],
  ['25006', 'read_only_sql_transaction'],
  ['28000', 'invalid_authorization_specification'],
  ['3D000', 'invalid_catalog_name'],
  ['40001', 'serialization_failure'],
  ['40P01', 'deadlock_detected'],
  ['42501', 'insufficient_privilege'],
  ['53100', 'disk_full'],
  ['53200', 'out_of_memory'],
  ['53300', 'too_many_connections'],
  ['55000', 'object_not_in_prerequisite_state'],
  ['55P03', 'lock_not_available'],
  ['57014', 'query_canceled'],
  ['57P01', 'admin_shutdown'],
  ['57P02', 'crash_shutdown'],
  ['57P03', 'cannot_connect_now'],
  ['58030', 'io_error'],
];
const DEFECTS = [
  ['22003', 'numeric_value_out_of_range'],
  ['23502', 'not_null_violation'],
  ['23505', 'unique_violation'],
  ['25001', 'active_sql_transaction'],
  ['42P01', 'undefined_table'],
  ['42601', 'syntax_error'],
  ['55P04', 'unsafe_new_enum_value_usage'],
  ['58P01', 'undefined_file'],
  ['XX001', 'data_corrupted'],
];

describe('a fault of the database', () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let database: Database;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    dataSource = await new DataSource(dataSourceOptions(testDatabase.url, 2)).initialize();
    database = new Database(dataSource);
    await dataSource.query(`
      CREATE FUNCTION refuse(state text) RETURNS int LANGUAGE plpgsql AS
      $$ BEGIN RAISE EXCEPTION 'about liv@example.com' USING ERRCODE = state; END $$`);
  });
  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });

  it.each(UNAVAILABLE)('%s %s passes: the call can be made again', async (state) => {
    expect(decisionOn(state)).toBe('unavailable');
    const error = await database.rows(sql`SELECT refuse(${state})`).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(AuthError);
    expect(error).toMatchObject({ code: 'database_unavailable', details: { retryAfterSeconds: 5 } });
    const { cause } = error as { cause: StatementError };
    expect(cause).toBeInstanceOf(StatementError);
    expect(cause.code).toBe(state);
    expect(cause.message).not.toContain('liv@example.com');
  });

  it.each(DEFECTS)('%s %s is a defect of the statement', async (state) => {
    expect(decisionOn(state)).toBe('defect');
    await expect(database.rows(sql`SELECT refuse(${state})`)).rejects.toMatchObject({
      name: 'StatementError',
      code: state,
    });
  });

  it('under a lock takes the connection that cannot write out of the pool', async () => {
    const backend = sql`SELECT pg_backend_pid() AS pid`;
    const [before] = await database.rows<{ pid: number }>(backend);
    const readOnly = database.rowsUnderLock(sql`SELECT 1`, sql`SELECT refuse('25006')`);
    await expect(readOnly).rejects.toBeInstanceOf(AuthError);
    const [after] = await database.rows<{ pid: number }>(backend);
    expect(after?.pid).not.toBe(before?.pid);
  });
});
