import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { load } from 'js-yaml';
import { SECRETS } from '../../libs/config/src/secret-files.js';
import { variables } from '../../libs/config/src/variables.js';

const VERSION = (JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version;
const KNOWN: string[] = [...Object.keys(variables), ...SECRETS.map((name) => `${name}_FILE`)];

/** What each tool says of a file that ships. Debian's packages: systemd, docker-compose. */
describe('what is packaged', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-packaging-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const run = (program: string, args: string[], env: Record<string, string> = {}, cwd = process.cwd()) => {
    const options = { encoding: 'utf8', cwd, env: { PATH: process.env['PATH'], ...env } } as const;
    const { status, stdout, stderr, error } = spawnSync(program, args, options);
    if (error) throw error;
    return { status, stdout, stderr };
  };

  it('the Dockerfile has no fault that its linter knows', () => {
    expect(validate(readFileSync('Dockerfile', 'utf8'))).toEqual([]);
  });

  describe('the unit of systemd', () => {
    /** As systemd would read it, on a machine whose Node may be elsewhere. */
    const verify = (change = (text: string) => text) => {
      const unit = readFileSync('ops/systemd/countersign.service', 'utf8');
      const file = join(folder, 'countersign.service');
      writeFileSync(file, change(unit).replace('/usr/bin/node', process.execPath));
      return run('systemd-analyze', ['verify', '--man=no', file]);
    };

    it('is one that systemd takes without a word, and it would say one', () => {
      expect(verify()).toMatchObject({ status: 0, stderr: '' });
      expect(verify((text) => text.replace('PrivateTmp', 'PrivatTmp')).stderr).toContain('PrivatTmp');
    });

    it('exposes no more than 2 of 10, by its own measure', () => {
      const measure = ['security', '--offline=true', '--no-pager', '--threshold=20'];
      expect(run('systemd-analyze', [...measure, 'ops/systemd/countersign.service']).status).toBe(0);
    });

    it('sets variables that there are', () => {
      const unit = readFileSync('ops/systemd/countersign.service', 'utf8');
      const names = [...unit.matchAll(/^Environment=([A-Z_]+)=/gm)].map(([, name]) => name);
      expect(names.length).toBeGreaterThan(3);
      // The last is Node's own.
      const known = [...KNOWN, 'NODE_OPTIONS'];
      expect(names.filter((name) => !known.includes(name as string))).toEqual([]);
    });
  });

  describe('compose.yaml', () => {
    const NEEDED = { PUBLIC_URL: 'https://auth.example.com', MAIL_FROM: 'auth@example.com' };
    const render = (env: Record<string, string>, change = (text: string) => text) => {
      writeFileSync(join(folder, 'compose.yaml'), change(readFileSync('compose.yaml', 'utf8')));
      mkdirSync(join(folder, 'secrets'));
      for (const name of ['countersign_keys', 'database_url', 'smtp_url', 'postgres_password'])
        writeFileSync(join(folder, 'secrets', name), 'x');
      return run('docker-compose', ['-f', 'compose.yaml', 'config'], env, folder);
    };
    type Rendered = { services: { auth: { image: string; environment: Record<string, string> } } };

    it('is one that compose takes, with variables that there are and no secret among them', () => {
      const { status, stdout } = render(NEEDED);
      expect(status).toBe(0);
      const { auth } = (load(stdout) as Rendered).services;
      expect(auth.image).toBe(`countersign:${VERSION}`);
      const names = Object.keys(auth.environment);
      expect(names.filter((name) => !KNOWN.includes(name))).toEqual([]);
      expect(names.filter((name) => (SECRETS as readonly string[]).includes(name))).toEqual([]);
    });

    it('says what is missing before it starts', () => {
      const { status, stderr } = render({ PUBLIC_URL: NEEDED.PUBLIC_URL });
      expect(status).toBe(1);
      expect(stderr).toContain('the sender of mails');
    });

    it('is refused with a word that compose does not know', () => {
      expect(render(NEEDED, (text) => text.replace('read_only', 'readonly')).status).toBe(1);
    });
  });
});
