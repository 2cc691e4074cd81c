import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copyWithinReach } from './binaries.ts';
import { startEmbeddedPostgres } from './embedded-postgres.ts';
import { spawnGuarded } from './guarded-process.ts';
import { lastLine, run } from './run.ts';
import { canReach } from './server-user.ts';
import { makeWhole } from './whole-folder.ts';

const stranger = { uid: 54_321, gid: 54_321 };
const DEAD_PID = 2 ** 22 + 1;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-launcher-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('startEmbeddedPostgres', () => {
  const { arch } = process;

  afterEach(() => Object.defineProperty(process, 'arch', { value: arch }));

  it('asks for DATABASE_URL on a platform without Postgres', async () => {
    Object.defineProperty(process, 'arch', { value: 'pdp11' });
    await expect(startEmbeddedPostgres({ dataDir: folder })).rejects.toThrow(
      /^The embedded Postgres cannot run here \(.*pdp11 is not installed\): set DATABASE_URL to a Postgres of your own\.$/,
    );
  });
});

describe('makeWhole', () => {
  const whole = () => join(folder, 'whole');
  const fillWith = (text: string) => async (draft: string) => writeFileSync(join(draft, 'content'), text);

  it('keeps the first of two that are made at once, and no draft', async () => {
    await Promise.all([makeWhole(whole(), fillWith('a')), makeWhole(whole(), fillWith('b'))]);
    expect(readFileSync(join(whole(), 'content'), 'utf8')).toMatch(/^[ab]$/);
    expect(readdirSync(folder)).toEqual(['whole']);
  });

  it('leaves nothing when the filling fails', async () => {
    const failing = () => Promise.reject(new Error('disk full'));
    await expect(makeWhole(whole(), failing)).rejects.toThrow('disk full');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('removes the drafts of killed processes, and those under its own number from an earlier life, and no others', async () => {
    for (const owner of [DEAD_PID, process.pid, process.ppid]) mkdirSync(`${whole()}.new-${owner}-x`);
    await makeWhole(whole(), fillWith('a'));
    expect(readdirSync(folder)).toEqual(['whole', `whole.new-${process.ppid}-x`]);
  });
});

describe('canReach', () => {
  it('needs every folder on the way to be open, and the file to be readable and executable', () => {
    const inner = join(folder, 'inner');
    const file = join(inner, 'program');
    mkdirSync(inner);
    writeFileSync(file, '', { mode: 0o755 });
    const reachable = () => canReach(file, stranger);
    expect(reachable()).toBe(false);
    chmodSync(folder, 0o711);
    expect(reachable()).toBe(true);
    chmodSync(file, 0o700);
    expect(reachable()).toBe(false);
    expect(canReach(file, { uid: statSync(file).uid, gid: -1 })).toBe(true);
  });
});

describe('copyWithinReach', () => {
  it('makes a copy of a version once, which everyone can run and nobody else can change', async () => {
    const source = join(folder, 'closed');
    const copies = join(folder, 'copies');
    mkdirSync(join(source, 'native', 'bin'), { recursive: true, mode: 0o700 });
    writeFileSync(join(source, 'package.json'), '{"version":"18.4.0"}');
    writeFileSync(join(source, 'native', 'bin', 'postgres'), 'program', { mode: 0o700 });

    const bin = await copyWithinReach(source, copies);
    chmodSync(folder, 0o755);
    expect(canReach(join(bin, 'postgres'), stranger)).toBe(true);
    expect(statSync(join(bin, 'postgres')).mode & 0o022).toBe(0);
    rmSync(join(source, 'native'), { recursive: true });
    expect(await copyWithinReach(source, copies)).toBe(bin);
    expect(existsSync(join(bin, 'postgres'))).toBe(true);
  });
});

describe('spawnGuarded', () => {
  it('notices a program that ends by itself, and keeps what it said last', async () => {
    const program = spawnGuarded(['/bin/sh', '-c', 'echo broken >&2; exit 3'], folder);
    await new Promise<void>((resolve) => program.onEnd(resolve));
    expect(program.ended).toBe(true);
    expect(program.output).toBe('broken\n');
  });
});

describe('run', () => {
  it('fails with the last line of a program that fails', async () => {
    const failing = run(
      '/bin/sh',
      ['-c', 'echo "initdb: error: no space left" >&2; echo "initdb: hint: try later" >&2; exit 1'],
      folder,
    );
    await expect(failing).rejects.toThrow('cannot run here (no space left): set DATABASE_URL');
  });

  it('reads the fatal line out of a log', () => {
    expect(lastLine('2026 [1] LOG:  starting\n2026 [1] FATAL:  could not bind\nHINT: wait\n')).toBe(
      'could not bind',
    );
    expect(lastLine('sh: 1: postgres: not found\n')).toBe('sh: 1: postgres: not found');
  });
});
