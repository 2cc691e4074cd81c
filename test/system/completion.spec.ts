import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child, ensureBuilt } from '../support/child.js';

const say = promisify(execFile);

/** In real shells (Debian's zsh and fish); bash, which is everywhere, is tried beside the command line. */
describe('the completion of the command line', () => {
  let folder: string;
  beforeAll(async () => {
    await ensureBuilt();
    folder = mkdtempSync(join(tmpdir(), 'countersign-completion-'));
    for (const shell of ['zsh', 'fish']) {
      const child = new Child(['dist/cli.mjs', 'completion', shell], { env: { HOME: folder } });
      expect(await child.exited).toBe(0);
      writeFileSync(script(shell), child.stdout);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const script = (shell: string) => join(folder, `completion.${shell}`);
  const linesOf = ({ stdout }: { stdout: string }) => stdout.trim().split('\n');

  it.each(['zsh', 'fish'])('is a script that %s can read, and it would say so', async (shell) => {
    expect(await say(shell, ['-n', script(shell)])).toEqual({ stdout: '', stderr: '' });
    const broken = join(folder, `broken.${shell}`);
    writeFileSync(broken, 'for each in (\nend )');
    await expect(say(shell, ['-n', broken])).rejects.toThrow();
  });

  describe.each<[string, (...words: string[]) => Promise<string[]>]>([
    [
      'fish',
      async (...words) => {
        const typed = `source ${script('fish')}; complete -C '${words.join(' ')}'`;
        const lines = linesOf(await say('fish', ['--no-config', '-c', typed], { env: { HOME: folder } }));
        return lines.map((line) => line.split('\t')[0] as string);
      },
    ],
    [
      'zsh',
      async (...words) => {
        // What its completion system would be told, without a terminal: the entries with their descriptions.
        const system = `compdef() { : }; _describe() { print -l -- \${(P)2} }`;
        const typed = `${system}; source ${script('zsh')}; words=(${words.map((word) => `'${word}'`).join(' ')}); CURRENT=$#words; _countersign`;
        const lines = linesOf(await say('zsh', ['-f', '-c', typed]));
        return lines.map((line) => line.split(':')[0] as string);
      },
    ],
  ])('in %s', (_shell, complete) => {
    it('offers the commands', async () => {
      expect(await complete('countersign', '')).toEqual(expect.arrayContaining(['account', 'audit', 'keys']));
    });

    it('offers what follows them, and nothing of elsewhere', async () => {
      const offered = await complete('countersign', 'keys', 'ring', '');
      expect(offered).toEqual(expect.arrayContaining(['status', 'forget']));
      expect(offered).not.toContain('reseal');
    });

    it('offers options behind a global one', async () => {
      const offered = await complete('countersign', '--json', 'account', 'create', '--');
      expect(offered).toEqual(expect.arrayContaining(['--password-stdin', '--email']));
      expect(offered).not.toContain('--name');
    });
  });
});
