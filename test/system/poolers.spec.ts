import { readConfig } from '@app/config';
import { Client } from 'pg';
import { migrateDatabase } from '../../apps/auth/src/boot/open-database.js';
import { NavixyClient } from '../support/navixy-client.js';
import { PgBouncer } from '../support/pgbouncer.js';
import { TestApp } from '../support/test-app.js';
import { createTestDatabase } from '../support/test-database.js';
import { KEYS, PASSWORD, TestCli } from '../support/test-cli.js';
import { YatClient } from '../support/yat-client.js';

const PEOPLE = 60;
const UNLIMITED = { YAT_REQUESTS_PER_MINUTE_LIMIT: '1000', NAVIXY_REQUESTS_PER_SECOND_LIMIT: '1000' };
const TRANSACTION = { DATABASE_POOLER: 'transaction' };

describe.each([
  ['session', {}],
  ['transaction', TRANSACTION],
] as const)('behind PgBouncer in %s mode', (mode, environment) => {
  let app: TestApp;
  let behind: TestApp;
  let bouncer: PgBouncer;

  beforeAll(async () => {
    app = await TestApp.start();
    // Fewer connections than the service and its neighbours have: in session mode each holds its own.
    bouncer = await PgBouncer.start(app.databaseUrl, mode, mode === 'session' ? 20 : 4);
    const database = Object.create(app, { databaseUrl: { value: bouncer.url } }) as TestApp;
    behind = await TestApp.start({ ...environment, ...UNLIMITED }, database);
  });
  afterAll(async () => {
    await behind.stop();
    await bouncer.stop();
    await app.stop();
  });

  it(`signs in ${PEOPLE} people at once, with a mailed code and without a fault`, async () => {
    const emails = Array.from({ length: PEOPLE }, (_, index) => `p${index}@example.com`);
    for (const email of emails) await app.createAccount({ email });
    const client = new NavixyClient(behind);
    const begun = await Promise.all(emails.map((email) => client.signIn(email)));
    expect(begun.map(({ body }) => body)).toEqual(
      begun.map(() => expect.objectContaining({ success: true })),
    );
    const codes: string[] = [];
    for (const email of emails) codes.push(await app.mailbox.code(email));
    const verdicts = await Promise.all(
      begun.map(async ({ body }, index) => (await client.verify(body.hash, codes[index] as string)).status),
    );
    expect(new Set(verdicts)).toEqual(new Set([200]));
  });

  it('runs what is a transaction of several statements, many at once', async () => {
    const emails = Array.from({ length: 20 }, (_, index) => `q${index}@example.com`);
    for (const email of emails) await app.createAccount({ email, secondFactor: 'none' });
    const yat = new YatClient(behind);
    const answers = await Promise.all(emails.map((email) => yat.signIn(email)));
    const renewed = await Promise.all(answers.map(({ body }) => yat.refresh(body.refresh_token)));
    expect(new Set([...answers, ...renewed].map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('migrates an empty database once, for two that start together, and serves commands', async () => {
    const empty = await createTestDatabase();
    const direct = new Client({ connectionString: empty.url });
    await direct.connect();
    await direct.query('DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    await direct.end();
    const own = await PgBouncer.start(empty.url, mode);
    const lines: string[] = [];
    const config = readConfig(environment);
    await Promise.all([1, 2].map(() => migrateDatabase(own.url, config, (line) => void lines.push(line))));
    expect(lines.sort()).toEqual([
      expect.stringMatching(/^Migrating: \d+ migrations/),
      'Migrating: up to date',
    ]);
    const cli = await TestCli.start(empty.url);
    const made = await cli.run(
      ['account', 'create', '--email', 'b@example.com', '--password-stdin'],
      PASSWORD,
      { DATABASE_URL: own.url, COUNTERSIGN_KEYS: KEYS, ...environment },
    );
    expect(made).toMatchObject({ code: 0, err: '' });
    await cli.stop();
    await own.stop();
    await empty.drop();
  });
});

describe('a pooler that nobody spoke of', () => {
  const refusal = async (mode: 'transaction' | 'statement', environment = {}) => {
    const database = await createTestDatabase();
    const bouncer = await PgBouncer.start(database.url, mode);
    const answer = await migrateDatabase(bouncer.url, readConfig(environment), () => undefined).catch(
      (error: Error) => error.message,
    );
    await bouncer.stop();
    await database.drop();
    return answer;
  };

  it('in transaction mode is noticed at the start', async () => {
    expect(await refusal('transaction')).toMatch(/Set DATABASE_POOLER=transaction, or let the pooler/);
    expect(await refusal('transaction', TRANSACTION)).toBeUndefined();
  });

  it('in statement mode is refused, whatever was said', async () => {
    expect(await refusal('statement')).toMatch(/behind a pooler/);
    expect(await refusal('statement', TRANSACTION)).toMatch(/cannot be used: .*statement pooling/i);
  });
});
