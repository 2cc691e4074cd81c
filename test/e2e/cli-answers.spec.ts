import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sql } from '@app/database';
import { firstIdAt } from '@app/kernel';
import { ensureBuilt, ROOT } from '../support/child.js';
import { KEYS, TestCli } from '../support/test-cli.js';

const PROGRAM = 'dist/cli.mjs';
const HOUR = 3_600_000;
const PASSWORD = 'correct horse battery';
const create = (email: string) => ['account', 'create', '--email', email, '--password-stdin'];

/** Each command, with what it needs; `<a>` is an account. */
const COMMANDS: string[][] = [
  ['account', 'show', '<a>'],
  ['account', 'invite', '--email', 'invited@example.com'],
  ['account', 'disable', '<a>'],
  ['account', 'enable', '<a>'],
  ['account', 'unlock', '<a>'],
  ['account', 'phone', '<a>', '+4915112345678'],
  ['account', 'check'],
  ['account', 'mail-key', '<a>'],
  ['account', 'password', '<a>', '--password-stdin'],
  ['session', 'list', '<a>'],
  ['session', 'revoke', '<a>'],
  ['attempt', 'explain', '<a>'],
  ['audit', 'tail', '--no-follow'],
  ['audit', 'export'],
  ['keys', 'ring', 'status'],
  ['keys', 'reseal'],
  ['keys', 'service', 'list'],
  ['operator', 'list'],
  ['migrate'],
  ['completion', 'bash'],
  ['account', 'create', '--help'],
];

// As people run it: the built program, whose answer nobody takes.
describe('an answer that cannot be written', () => {
  let cli: TestCli;
  let folder: string;

  beforeAll(async () => {
    await ensureBuilt();
    cli = await TestCli.start();
    folder = mkdtempSync(join(tmpdir(), 'countersign-cli-'));
    await cli.json(create('a@example.com'), PASSWORD);
    // What an export takes is a minute old.
    const hour = BigInt(firstIdAt(new Date())) - BigInt(firstIdAt(new Date(Date.now() - HOUR)));
    await cli.rows(sql`
      INSERT INTO audit_events
      SELECT (jsonb_populate_record(e, jsonb_build_object('id', id - ${hour}::bigint, 'repeat_key', repeat_key || '-'))).* FROM audit_events e`);
  }, 180_000);
  afterAll(async () => {
    await cli.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const env = () => ({
    PATH: process.env['PATH'],
    DATABASE_URL: cli.databaseUrl,
    COUNTERSIGN_KEYS: KEYS,
    DATA_DIR: folder,
  });

  /** With standard output on a full disk. */
  async function onFullDisk(args: string[]): Promise<{ code: number; err: string }> {
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd: ROOT,
      env: env(),
      stdio: ['pipe', full, 'pipe'],
    });
    child.stdin?.end(PASSWORD);
    const [err, [code]] = await Promise.all([text(child.stderr as never), once(child, 'close')]);
    return { code: code as number, err };
  }

  /** Into a pipe whose reader has gone. */
  function intoClosedPipe(args: string[]): Promise<{ code: number; err: string }> {
    const script = 'set -o pipefail; "$@" | (exec true); exit $?';
    const slow = ['--norc', '-c', script, 'bash', process.execPath, PROGRAM, ...args];
    return new Promise((resolve) => {
      const child = execFile('bash', slow, { cwd: ROOT, env: env() }, (error, _out, err) =>
        resolve({ code: error ? Number(error.code) : 0, err }),
      );
      child.stdin?.end(PASSWORD);
    });
  }

  it.each(COMMANDS)(
    'is a sentence and an exit code, and no stack: %s %s',
    async (...command) => {
      const args = command.map((word) => (word === '<a>' ? 'a@example.com' : word));
      for (const answer of [await onFullDisk(args), await intoClosedPipe(args)]) {
        expect(answer.code).toBe(1);
        expect(answer.err).not.toMatch(/\n\s+at |node:internal/);
      }
      expect((await onFullDisk(args)).err).toMatch(/ENOSPC|already|Another account/);
    },
    120_000,
  );

  it('leaves no account that nobody was told of, and its record says so', async () => {
    const made = [...create('lost@example.com'), '--second-factor', 'totp'];
    for (const refused of [await onFullDisk(made), await intoClosedPipe(made)]) {
      expect(refused.code).toBe(1);
      expect(refused.err).toMatch(
        /^The answer could not be written \((ENOSPC|EPIPE)\)\. The account is not made\.\n$/,
      );
    }
    expect(await cli.rows(sql`SELECT FROM accounts WHERE email = 'lost@example.com'`)).toEqual([]);
    const outcomes = sql`SELECT outcome FROM audit_events WHERE event = 'account.create' ORDER BY id DESC LIMIT 4`;
    expect((await cli.rows<{ outcome: string }>(outcomes)).map(({ outcome }) => outcome)).toEqual([
      'undone',
      'done',
      'undone',
      'done',
    ]);
    expect((await cli.run(made, PASSWORD)).code).toBe(0);
  }, 120_000);

  it('leaves no key of a service that nobody was told of', async () => {
    const made = ['keys', 'service', 'create', 'lost', '--scope', 'introspect'];
    for (const refused of [await onFullDisk(made), await intoClosedPipe(made)])
      expect(refused).toEqual({ code: 1, err: expect.stringMatching(/The key is not made\.\n$/) });
    expect(await cli.rows(sql`SELECT FROM service_keys`)).toEqual([]);
    const outcomes = sql`SELECT outcome FROM audit_events WHERE event = 'service_key.create lost' ORDER BY id`;
    expect((await cli.rows<{ outcome: string }>(outcomes)).map(({ outcome }) => outcome)).toEqual([
      'done',
      'undone',
      'done',
      'undone',
    ]);
    expect((await cli.run(made)).code).toBe(0);
  }, 120_000);

  it('says that an authenticator which nobody has seen can be asked for again', async () => {
    const { code, err } = await onFullDisk(['account', 'second-factor', 'a@example.com', 'totp']);
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining('run the command again') });
    expect((await cli.run(['account', 'second-factor', 'a@example.com', 'totp'])).out).toContain(
      'otpauth://',
    );
  }, 120_000);

  it('is completed by a real bash, from what the program says of itself', async () => {
    const { out } = await cli.run(['completion', 'bash']);
    const script = join(folder, 'completion.bash');
    writeFileSync(script, out);
    const complete = async (line: string, typed: string) =>
      (
        await bash(`
          source ${script}; complete -p countersign > /dev/null || exit 1
          COMP_WORDS=(${line} "${typed}"); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
          _countersign; printf '%s\\n' "\${COMPREPLY[@]}"`)
      )
        .trim()
        .split('\n');
    expect(await bash(`bash -n ${script}`)).toBe('');
    expect(await complete('countersign', '')).toEqual(expect.arrayContaining(['account', 'audit', '--json']));
    expect(await complete('countersign account', 'se')).toEqual(['second-factor']);
    expect(await complete('countersign --json keys ring', '')).toEqual(
      expect.arrayContaining(['status', 'forget', '--help']),
    );
    expect(await complete('countersign account create', '--password-s')).toEqual(['--password-stdin']);
  });

  async function bash(script: string): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile('bash', ['--norc', '-c', script], (error, out) => (error ? reject(error) : resolve(out)));
    });
  }
});
