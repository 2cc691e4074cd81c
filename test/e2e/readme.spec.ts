import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { RunningService } from '../support/running-service.js';

const FIRST_SIGN_IN = /<!-- first-sign-in -->\s*```sh\n(?<lines>[^]*?)```/;

describe('the README', () => {
  let service: RunningService;

  beforeAll(async () => {
    service = await RunningService.start();
  }, 240_000);
  afterAll(() => service?.stop());

  it('ends its first sign-in, pasted as it stands, with a session', async () => {
    const lines = FIRST_SIGN_IN.exec(readFileSync('README.md', 'utf8'))?.groups?.lines ?? '';
    const pasted = lines.replace('http://localhost:3000', service.url);
    expect(pasted).not.toBe(lines);

    const env = { PATH: process.env['PATH'], ...service.environment };
    const shell = spawn('sh', ['-c', `${pasted}\necho; echo "hash=$HASH"`], { env });
    const [output, errors] = await Promise.all([text(shell.stdout), text(shell.stderr)]);
    // npm's own remarks on its configuration are not ours.
    expect(errors.replace(/^npm (warn|notice).*\n/gm, '')).toBe('');
    expect(output).toMatch(/hash=[0-9a-f]{32}\n/);
    expect(output).toContain('"login":"ada@example.com"');
  }, 120_000);
});
