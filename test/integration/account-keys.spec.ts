import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** Tables whose rows are an account's, and that are never asked for by it: why none of their indexes begins with the account. */
const NOT_ASKED_BY_ACCOUNT: Record<string, string> = {
  event_stream: 'a queue: taken by when a row is due, and forgotten by its id',
};

describe("what is an account's", () => {
  let database: TestDatabase;
  let client: Client;
  beforeAll(async () => {
    database = await createTestDatabase();
    client = new Client(database.url);
    await client.connect();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('has the account at the head of a key, where rows of one account have to be found on one node', async () => {
    const { rows } = await client.query<{ table: string }>(`
      SELECT c.relname AS table FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'account_id'
      WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indkey[0] = a.attnum)
      ORDER BY 1`);
    expect(rows.map(({ table }) => table)).toEqual(Object.keys(NOT_ASKED_BY_ACCOUNT));
  });
});
