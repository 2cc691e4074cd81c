import { migrations, sql } from '@app/database';
import { Client } from 'pg';
import { TestCli } from '../support/test-cli.js';

const NAMES = migrations.map(({ name }) => name);
const NOT_MIGRATED = 'The database is not migrated: run `npm run cli -- migrate`, or start the service once.';
const COMMANDS = [
  ['account', 'show', 'anna@example.com'],
  ['account', 'disable', 'anna@example.com'],
  ['account', 'enable', 'anna@example.com'],
  ['account', 'unlock', 'anna@example.com'],
  ['account', 'second-factor', 'anna@example.com', 'none'],
  ['account', 'create', '--email', 'anna@example.com', '--password-stdin'],
  ['account', 'check'],
  ['session', 'list', 'anna@example.com'],
  ['session', 'revoke', 'anna@example.com'],
  ['attempt', 'explain', 'anna@example.com'],
];

describe('migrate', () => {
  let migrated: TestCli;
  let cli: TestCli;
  let databases = 0;

  beforeAll(async () => {
    migrated = await TestCli.start();
  });
  afterAll(() => migrated.stop());

  // An empty database for each test, on the server of the migrated one.
  beforeEach(async () => {
    const url = new URL(migrated.databaseUrl);
    url.pathname += `_empty${(databases += 1)}`;
    await onServer(`CREATE DATABASE "${url.pathname.slice(1)}"`);
    cli = await TestCli.start(url.href);
  });
  afterEach(async () => {
    await cli.stop();
    await onServer(`DROP DATABASE "${new URL(cli.databaseUrl).pathname.slice(1)}" WITH (FORCE)`);
  });

  async function onServer(command: string): Promise<void> {
    const server = new Client({ connectionString: migrated.databaseUrl });
    await server.connect();
    await server.query(command).finally(() => server.end());
  }

  it('prints each migration with its time, and then that there is none', async () => {
    const first = await cli.run(['migrate']);
    expect({ code: first.code, err: first.err }).toEqual({ code: 0, err: '' });
    expect(first.out.trim().split('\n')).toEqual(
      NAMES.map((name) => expect.stringMatching(new RegExp(`^${name} {2}\\d+ ms$`))),
    );
    expect(await cli.run(['migrate'])).toEqual({ code: 0, out: 'Nothing to migrate.\n', err: '' });
  });

  it('answers the same as JSON', async () => {
    const ran = NAMES.map((name) => ({ name, milliseconds: expect.any(Number) }));
    expect(await cli.json(['migrate'])).toEqual({ migrations: ran });
    expect(await cli.json(['migrate'])).toEqual({ migrations: [] });
  });

  it('runs each migration once when two run it at once', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => cli.json<{ migrations: object[] }>(['migrate'])));
    expect([one?.migrations.length, two?.migrations.length].sort()).toEqual([0, NAMES.length]);
  });

  it.each(COMMANDS)('is asked for by %s %s, as long as the database is empty', async (...command) => {
    expect(await cli.run(command, 'correct horse')).toEqual({ code: 1, out: '', err: `${NOT_MIGRATED}\n` });
    expect(await cli.run([...command, '--json'], 'correct horse')).toEqual({
      code: 1,
      out: '',
      err: `${JSON.stringify({ error: NOT_MIGRATED })}\n`,
    });
  });

  it('is asked for by every command when the program is newer than the database', async () => {
    await cli.run(['migrate']);
    await cli.rows(sql`DELETE FROM migrations WHERE name = ${NAMES.at(-1)}`);
    expect(await cli.run(['account', 'show', 'anna@example.com'])).toMatchObject({
      code: 1,
      err: `${NOT_MIGRATED}\n`,
    });
  });

  describe('and every other command', () => {
    it.each([
      ['nobody listens', (url: URL) => (url.port = '1'), /cannot be used: connect ECONNREFUSED \S+:1\.$/],
      [
        'the user is a stranger',
        (url: URL) => Object.assign(url, { username: 'stranger', password: 'sEcReT' }),
        /cannot be used: (password authentication failed for user|role) "stranger".*\.$/,
      ],
      [
        'the database does not exist',
        (url: URL) => (url.pathname = '/absent'),
        /cannot be used: database "absent" does not exist\.$/,
      ],
    ])('says in one sentence that %s', async (_, change, sentence) => {
      const url = new URL(migrated.databaseUrl);
      change(url);
      for (const command of [['migrate'], ['account', 'show', 'anna@example.com']]) {
        const { code, out, err } = await cli.run(command, '', { DATABASE_URL: url.href });
        expect({ code, out }).toEqual({ code: 1, out: '' });
        expect(err).toMatch(new RegExp(`^The database at \\S+ ${sentence.source}`, 'm'));
        expect(err).not.toMatch(/sEcReT|\n.|:\/\//);
      }
    });

    it('prints the problems of the configuration as the service does', async () => {
      const { code, err } = await cli.run(['migrate'], '', { PORT: 'abc', LOG_LEVEL: 'loud' });
      expect(code).toBe(1);
      expect(err).toMatch(
        /^Countersign cannot start with this configuration:\n {2}PORT must .*\n {2}LOG_LEVEL must .*\n$/,
      );
      const asJson = await cli.run(['migrate', '--json'], '', { PORT: 'abc' });
      expect(JSON.parse(asJson.err)).toEqual({ error: expect.stringContaining('PORT must') });
    });

    it('lists the commands when none is named', async () => {
      for (const command of [[], ['account']]) {
        const { code, out, err } = await cli.run(command);
        expect({ code, out }).toEqual({ code: 2, out: '' });
        expect(err).toMatch(/^Usage: [^]*Commands:[^]*A command is missing\.\n$/);
        expect(JSON.parse((await cli.run([...command, '--json'])).err)).toEqual({
          error: 'A command is missing.',
        });
      }
      expect(await cli.run(['acount'])).toMatchObject({
        code: 2,
        err: "Unknown command 'acount' (Did you mean account?)\n",
      });
    });
  });
});
