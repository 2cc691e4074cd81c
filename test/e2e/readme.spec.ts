import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

const FIRST_SIGN_IN = /<!-- first-sign-in -->\s*```sh\n(?<lines>[^]*?)```/;

describe('the README', () => {
  let dataDir: string;
  let service: ChildProcess;
  let url: string;

  beforeAll(async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'countersign-readme-'));
    service = spawn('node', ['scripts/start.mjs'], { env: { ...process.env, ...environment() }, stdio: ['ignore', 'pipe', 'inherit'] });
    url = await announcedUrl(service);
  }, 180_000);

  afterAll(async () => {
    service.kill('SIGTERM');
    await once(service, 'exit');
    rmSync(dataDir, { recursive: true, force: true });
  });

  const environment = () => ({ DATA_DIR: dataDir, PORT: '0', LOG_LEVEL: 'warn', NODE_ENV: 'development', PUBLIC_URL: '', DATABASE_URL: '', SMTP_URL: '' });

  it('ends its first sign-in, pasted as it stands, with a session', async () => {
    const lines = FIRST_SIGN_IN.exec(readFileSync('README.md', 'utf8'))?.groups?.lines ?? '';
    const pasted = lines.replace('http://localhost:3000', url);
    expect(pasted).not.toBe(lines);

    const shell = spawn('sh', ['-c', `${pasted}\necho; echo "hash=$HASH"`], { env: { ...process.env, ...environment() } });
    const [output, errors] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
    // A build is news only when the sources changed since the service was started.
    expect(errors.replace(/^Building …\n/, '')).toBe('');
    expect(output).toMatch(/hash=[0-9a-f]{32}\n/);
    expect(output).toContain('"login":"ada@example.com"');
  }, 120_000);
});

/** The address the service prints once it is ready. */
async function announcedUrl(service: ChildProcess): Promise<string> {
  let printed = '';
  for await (const chunk of service.stdout as NodeJS.ReadableStream) {
    printed += String(chunk);
    const found = /http:\/\/(localhost|127\.0\.0\.1):\d+/.exec(printed);
    if (found) {
      service.stdout?.resume();
      return found[0];
    }
  }
  throw new Error(`the service ended before it was ready:\n${printed}`);
}
