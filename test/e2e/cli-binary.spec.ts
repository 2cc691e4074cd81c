import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, ensureBuilt, ROOT } from '../support/child.js';
import { OwnerProcess } from '../support/owner-process.js';
import { KEYS } from '../support/test-cli.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const PASSWORD = 'correct horse battery';
const PROGRAM = 'dist/cli.mjs';

interface Answer {
  code: number;
  out: string;
  err: string;
}

// As people run it: built, as ES modules, in a process of its own.
describe('the built command line', () => {
  let dataDir: string;
  let database: TestDatabase;

  beforeAll(async () => {
    await ensureBuilt();
    dataDir = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
    database = await createTestDatabase();
  }, 180_000);
  afterAll(async () => {
    await Child.endAll();
    await (database as TestDatabase | undefined)?.drop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  /** `environment` is all that it gets beside PATH. */
  function cli(args: string[], environment: Record<string, string>, input = PASSWORD): Promise<Answer> {
    return new Promise((resolve) => {
      const env = { PATH: process.env['PATH'], ...environment };
      const child = execFile(process.execPath, [PROGRAM, ...args], { cwd: ROOT, env }, (error, out, err) =>
        resolve({ code: error ? Number(error.code) : 0, out, err }),
      );
      child.stdin?.end(input);
    });
  }
  const create = (email: string) => ['account', 'create', '--email', email, '--password-stdin'];
  const serverRuns = () => existsSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'));

  it('works on DATABASE_URL: what one command makes, the next one finds', async () => {
    const environment = { DATABASE_URL: database.url, DATA_DIR: dataDir, COUNTERSIGN_KEYS: KEYS };
    const made = await cli([...create('anna@example.com'), '--second-factor', 'totp', '--json'], environment);
    expect(made).toMatchObject({ code: 0, err: '' });
    const { id } = JSON.parse(made.out) as { id: string };
    expect(JSON.parse(made.out)).toEqual({
      id,
      uuid: expect.any(String),
      otpauthUri: expect.stringMatching(/^otpauth:/),
    });
    const shown = await cli(['--json', 'account', 'show', 'anna@example.com'], environment);
    expect(JSON.parse(shown.out)).toMatchObject({ id, secondFactor: 'totp' });
    expect(readdirSync(dataDir)).toEqual([]);
    expect(made.out + made.err + shown.out + shown.err).not.toContain(PASSWORD);
  }, 60_000);

  it('works on the embedded database, alone, many at once and beside a running service', async () => {
    const environment = { DATA_DIR: dataDir };
    const migrated = await cli(['migrate'], environment);
    expect(migrated).toMatchObject({ code: 0, err: expect.stringMatching(/^Making a database in .*\n$/) });
    expect(serverRuns()).toBe(false);

    const racers = await Promise.all([1, 2, 3].map(() => cli(create('race@example.com'), environment)));
    expect(racers.map(({ code }) => code).sort()).toEqual([0, 1, 1]);
    expect(new Set(racers.map(({ err }) => err))).toEqual(new Set(['', 'Another account has this email.\n']));
    expect(serverRuns()).toBe(false);

    const service = new OwnerProcess(dataDir);
    const url = await service.url();
    expect(await cli(['account', 'disable', 'race@example.com'], environment)).toEqual({
      code: 0,
      out: 'The account is disabled; 0 sessions ended.\n',
      err: '',
    });
    expect(readFileSync(join(dataDir, 'postgres', 'data', 'postmaster.pid'), 'utf8')).toContain(
      `\n${new URL(url).port}\n`,
    );
  }, 120_000);

  it.each([
    ['2 for a wrong command line', ['account', 'create', '--email', 'anna'], 2],
    ['1 for a refusal', ['account', 'show', 'nobody@example.com'], 1],
    ['0 for help', ['account', 'create', '--help'], 0],
  ])(
    'exits with %s, and never with a stack',
    async (_, args, code) => {
      const answer = await cli(args, { DATABASE_URL: database.url, DATA_DIR: dataDir });
      expect(answer.code).toBe(code);
      expect(answer.err).not.toMatch(/\n\s+at /);
      expect(code ? answer.out : answer.err).toBe('');
    },
    60_000,
  );

  it('says in a sentence that production needs more than it was given', async () => {
    const { code, out, err } = await cli(['migrate', '--json'], {
      NODE_ENV: 'production',
      DATA_DIR: dataDir,
    });
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(JSON.parse(err)).toEqual({
      error: expect.stringContaining('DATABASE_URL must be set in production'),
    });
  }, 60_000);
});
