import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/**
 * What becomes of each column that could name a person, when that person's account is deleted. Whatever refers to the account, or to what
 * does, goes with it and stands in none of these. A new table or column has to be written down here, and to be seen to in
 * `AccountDeletion` where it says so; test/e2e/account-deletion-leaves.spec.ts looks whether it is.
 */
const FATES: Record<string, Record<string, string>> = {
  accounts: { '*': 'the row goes' },
  messages: {
    '*': 'the rows of the account go; the last one is nobody’s, and goes a week after it has ended',
  },
  delivery_events: { '*': 'the rows of those messages go' },
  suppressed_addresses: { '*': 'the rows of its addresses go' },
  password_failures: {
    '*': 'the rows of the account go; others have a digest of what was typed, and end within an hour',
  },
  guess_budgets: { '*': 'the rows of the account go; others have a keyed hash' },
  send_windows: { '*': 'the rows of the account go; others have a keyed hash' },
  audit_events: {
    client_address: 'emptied',
    user_agent: 'emptied',
    request_id: 'emptied',
    repeat_key: 'loses the hash of the network',
    account_id: 'stays: a number that is nobody’s any more',
    session_id: 'stays likewise',
    attempt_id: 'stays likewise',
    event: 'a word of ours',
    outcome: 'a word of ours',
    protocol: 'a word of ours',
  },
  event_stream: {
    client_address: 'emptied',
    request_id: 'emptied',
    account_id: 'stays: the receiver is told of the deletion by it',
    session_id: 'stays likewise',
    attempt_id: 'stays likewise',
    event: 'a word of ours',
    outcome: 'a word of ours',
    protocol: 'a word of ours',
  },
  browser_sessions: { '*': 'a browser’s, with hashes and ids alone; those of people are in sessions' },
  browser_attempts: {
    '*': 'the rows of the account go, and what led to its sessions; others end within a week',
  },
  sign_ups: { '*': 'those that led to its sessions go; others are of no account, and end within a week' },
  attempts: { '*': 'the rows of the account go; others have a keyed hash' },
  magic_links: { '*': 'go with their attempts' },
  recipient_sends: { '*': 'stays for a day at most: else a deletion would let a mailbox be filled anew' },
  send_counts: { '*': 'counts networks and countries, for a day at most' },
  request_limits: { '*': 'counts addresses of clients, for an hour at most' },
  idempotent_calls: { '*': 'keyed hashes, and an answer that is sealed for ten minutes' },
  client_password_salt: { '*': 'of the service' },
  server_keys: { '*': 'of the service' },
  replicas: { '*': 'of the service' },
  signing_keys: { '*': 'of the service' },
  service_keys: { '*': 'of services' },
  imports: { '*': 'counts, and the digest of a file' },
  import_findings: { '*': 'lines of a file, with a reason of ours that repeats nothing of what stood there' },
  operators: { '*': 'of those who help: no account is theirs, and none of them goes with one' },
  operator_sessions: { '*': 'likewise' },
};

const NAMING = ['text', 'jsonb', 'json', 'uuid', 'inet', 'bytea', 'ARRAY', 'character varying'];

describe('the columns that can name a person', () => {
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

  /** Tables whose every row goes with an account, because it has to refer to one, or to a row that does. */
  async function cascading(): Promise<string[]> {
    const rows: { name: string }[] = await dataSource.query(`
      WITH RECURSIVE goes (id) AS (
        SELECT 'accounts'::regclass::oid
        UNION SELECT c.conrelid FROM pg_constraint c JOIN goes g ON c.confrelid = g.id
          JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype = 'f' AND c.confdeltype = 'c' AND a.attnotnull)
      SELECT id::regclass::text AS name FROM goes WHERE id <> 'accounts'::regclass`);
    return rows.map(({ name }) => name);
  }

  /** `table.column` of all that is text, or has the id of something. */
  async function candidates(): Promise<{ table: string; column: string }[]> {
    return dataSource.query(
      `SELECT c.table_name AS table, c.column_name AS column FROM information_schema.columns c
       JOIN pg_class t ON t.oid = quote_ident(c.table_name)::regclass AND NOT t.relispartition
       WHERE c.table_schema = 'public' AND c.table_name <> 'migrations'
         AND (c.data_type = ANY($1) OR c.column_name ~ '_id$' OR c.column_name = 'subject')`,
      [NAMING],
    );
  }

  it('are all known to the deletion, and nothing is known that is none', async () => {
    const gone = await cascading();
    const open = (await candidates()).filter(({ table }) => !gone.includes(table));
    const unknown = open.filter(({ table, column }) => !(FATES[table]?.[column] ?? FATES[table]?.['*']));
    expect(unknown).toEqual([]);
    const named = Object.entries(FATES).flatMap(([table, columns]) =>
      Object.keys(columns).map((column) => ({ table, column })),
    );
    const isOpen = ({ table, column }: { table: string; column: string }) =>
      open.some((each) => each.table === table && (column === '*' || each.column === column));
    expect(named.filter((each) => !isOpen(each))).toEqual([]);
  });

  it('are found by this test when a migration adds one', async () => {
    await dataSource.query(`ALTER TABLE audit_events ADD COLUMN nickname text`);
    await dataSource.query(`CREATE TABLE diaries (account_id bigint, page jsonb)`);
    const gone = await cascading();
    const unknown = (await candidates()).filter(
      ({ table, column }) => !gone.includes(table) && !(FATES[table]?.[column] ?? FATES[table]?.['*']),
    );
    await dataSource.query(`DROP TABLE diaries`);
    await dataSource.query(`ALTER TABLE audit_events DROP COLUMN nickname`);
    expect(unknown.map(({ table, column }) => `${table}.${column}`).sort()).toEqual([
      'audit_events.nickname',
      'diaries.account_id',
      'diaries.page',
    ]);
  });

  it('of rows that have to refer to an account are those of no other table than these', async () => {
    expect((await cascading()).sort()).toEqual([
      ...['backup_codes', 'contact_changes', 'credentials', 'external_identities', 'factor_setups'],
      ...['imported_accounts', 'pending_recoveries', 'sessions', 'totp_factors'],
    ]);
  });
});
