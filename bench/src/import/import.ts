import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '@app/database';
import { KeyRing } from '@app/kernel';

/** Of a password that nobody knows: hashes are taken over as they are. */
const BCRYPT = '$2b$10$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW';

/** Brings so many people along by the built command line, on a database that has nobody, and prints how many there were in a second. */
export async function runImport(many: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-import-'));
  const server = await startEmbeddedPostgres({ dataDir: folder, log: () => undefined });
  try {
    const file = join(folder, 'people.ndjson');
    await writePeople(file, many);
    const env = { ...process.env, DATABASE_URL: server.url, COUNTERSIGN_KEYS: KeyRing.generateEntry('b1') };
    const cli = (...args: string[]) =>
      spawnSync(process.execPath, ['dist/cli.mjs', ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    cli('migrate');
    for (const options of [[], ['--apply'], ['--apply']]) {
      const begun = performance.now();
      const { stdout, status } = cli('account', 'import', file, '--json', ...options);
      const seconds = (performance.now() - begun) / 1000;
      const what = options.length ? 'import' : 'look';
      console.log(
        `${what}: ${Math.round(many / seconds)} people a second, ${seconds.toFixed(1)} s, exit ${status}`,
      );
      console.log(String(stdout).trim());
    }
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function writePeople(path: string, many: number): Promise<void> {
  const file = createWriteStream(path);
  for (let number = 1; number <= many; number += 1) {
    const names = {
      externalId: `crm-${number}`,
      username: `user.${number}`,
      email: `user${number}@example.com`,
    };
    const person = { ...names, emailVerified: true, passwordHash: BCRYPT, orgId: `org-${number % 100}` };
    if (!file.write(`${JSON.stringify(person)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'finish');
}
