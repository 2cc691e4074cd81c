import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@app/config';
import { Client } from 'pg';
import { migrateDatabase, openDatabase } from '../../apps/auth/src/boot/open-database.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

let database: TestDatabase;
let lines: string[];
const print = (line: string) => void lines.push(line);

beforeAll(async () => {
  database = await createTestDatabase();
});

beforeEach(() => {
  lines = [];
});

afterEach(() => jest.restoreAllMocks());
afterAll(() => database.drop());

async function query(url: string, text: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(text).finally(() => client.end());
}

describe('openDatabase', () => {
  it('leaves a database that is not ours running', async () => {
    const opened = await openDatabase(readConfig({ DATABASE_URL: database.url }), print);
    expect(opened.url).toBe(database.url);
    await opened.stop();
    await expect(query(database.url, 'SELECT 1')).resolves.toBeUndefined();
  });

  it('makes one in DATA_DIR where none is configured, says so, and stops it', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-open-'));
    try {
      const { url, stop } = await openDatabase(readConfig({ DATA_DIR: dataDir }), print);
      expect(lines).toEqual([`Making a database in ${dataDir}/postgres`]);
      await query(url, 'SELECT 1');
      await stop();
      await expect(query(url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
    } finally {
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

describe('migrateDatabase', () => {
  it('migrates once when two replicas start on an empty database together', async () => {
    await query(database.url, 'DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await Promise.all([
      migrateDatabase(database.url, readConfig({}), print),
      migrateDatabase(database.url, readConfig({}), print),
    ]);
    expect(lines).toHaveLength(2);
    expect(lines).toContainEqual(expect.stringMatching(/^Migrating: \d+ migrations \(\d+\.\d s\)$/));
    expect(lines).toContain('Migrating: up to date');
  });

  it('refuses a Postgres that is too old', async () => {
    const old = { rows: [{ server_version_num: '140012' }] };
    jest.spyOn(Client.prototype, 'query').mockImplementation(() => Promise.resolve(old));
    await expect(migrateDatabase(database.url, readConfig({}), print)).rejects.toThrow(
      /^Countersign needs Postgres 15 or newer; the database runs 14\.$/,
    );
  });

  it('names a database that cannot be used without its user and password', async () => {
    const url = new URL(database.url);
    url.password = 'hunter2';
    const failure = await migrateDatabase(url.href, readConfig({}), print).catch(
      (error: Error) => error.message,
    );
    expect(failure).toContain(`The database at ${url.host}${url.pathname} cannot be used: `);
    expect(failure).not.toContain('hunter2');
  });
});
