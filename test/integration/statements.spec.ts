import { Logger } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import { Database, part, sql, statement, StatementError, violatedConstraint } from '@app/database';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const SECRETS = ['argon2-verifier', 'who@example.com', '123456', '8Zo0bPq'];
const [VERIFIER, EMAIL] = SECRETS as [string, string];

/** Stands for a service of the product. */
class Asker {
  constructor(private readonly database: Database) {}

  async register(username: string | null): Promise<void> {
    await this.database.rows(sql`
      INSERT INTO accounts (id, email, username, password_hash, created_at, updated_at)
      VALUES (${String(Date.now())}::bigint, ${EMAIL}, ${username}, ${VERIFIER}, now(), now())`);
  }

  async cast(text: string): Promise<void> {
    await this.database.row(statement(part('number', sql`SELECT ${text}::bigint AS n`)));
  }

  underLock(text: string): Promise<object[]> {
    return this.database.rowsUnderLock(sql`SELECT 1`, sql`SELECT ${text}::bigint AS n`);
  }
}

describe('a statement', () => {
  let testDatabase: TestDatabase;
  let dataSource: DataSource;
  let asker: Asker;

  beforeAll(async () => {
    testDatabase = await createTestDatabase();
    dataSource = await new DataSource(dataSourceOptions(testDatabase.url, 2)).initialize();
    asker = new Asker(new Database(dataSource));
  });
  afterEach(() => jest.restoreAllMocks());
  afterAll(async () => {
    await dataSource.destroy();
    await testDatabase.drop();
  });

  const refusal = async (work: Promise<unknown>): Promise<StatementError> => {
    const error = await work.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(StatementError);
    return error as StatementError;
  };
  /** All that any logger could find in it. */
  const everythingOf = (error: Error) =>
    JSON.stringify([
      error.message,
      error.stack,
      Object.getOwnPropertyNames(error),
      { ...error },
      error.cause,
    ]);

  it('that is refused says who built it, and names what it broke', async () => {
    await asker.register('8Zo0bPq');
    const taken = await refusal(asker.register(null));
    expect(taken).toMatchObject({
      statement: 'Asker.register',
      code: '23505',
      constraint: 'accounts_email_key',
      table: 'accounts',
      message: 'Asker.register: refused with SQLSTATE 23505, constraint accounts_email_key',
    });
    expect(violatedConstraint(taken)).toBe('accounts_email_key');
  });

  it.each([
    ['by a unique constraint', () => asker.register('8Zo0bPq')],
    ['for what is no number', () => asker.cast('123456 8Zo0bPq')],
    ['for what reads like an outage', () => asker.cast('8Zo0bPq Connection terminated')],
    ['under a lock', () => asker.underLock('123456 8Zo0bPq')],
  ])('that is refused %s holds none of its values', async (_how, work) => {
    const told = everythingOf(await refusal(work()));
    for (const secret of SECRETS) expect(told).not.toContain(secret);
    expect(told).toContain('Asker.');
  });

  it('under a lock leaves its connection as it was: refused ones do not use the pool up', async () => {
    for (let round = 0; round < 5; round += 1) await refusal(asker.underLock('x'));
    expect(await asker.underLock('7')).toEqual([{ n: '7' }]);
  });

  it('on a connection that is gone is out of reach, and the next one has another', async () => {
    const other = new Database(dataSource);
    const end = sql`SELECT pg_terminate_backend(pg_backend_pid())`;
    await expect(other.rowsUnderLock(end, sql`SELECT 1`)).rejects.toBeInstanceOf(AuthError);
    expect(await other.rows(sql`SELECT 1 AS one`)).toEqual([{ one: 1 }]);
  });

  it('is logged where that is asked for: builder, rows and time, no value', async () => {
    const lines: string[] = [];
    jest
      .spyOn(Logger.prototype, 'debug')
      .mockImplementation((line: unknown) => void lines.push(String(line)));
    const traced = new Asker(new Database(dataSource, true));
    await traced.cast('123456');
    await traced.underLock('123456');
    await asker.cast('123456');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^Asker\.cast: 1 rows, \d+\.\d ms$/);
    expect(lines.join()).not.toContain('123456');
  });
});
