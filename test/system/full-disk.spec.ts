import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { serverUser } from '../../libs/database/src/embedded-postgres/server-user.js';
import { post, PROTOCOL_CALLS } from '../support/protocol-calls.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

/** A small file system of its own. Only root can mount one: without root this fails, and says so, rather than proving nothing. */
class SmallDisk {
  readonly folder = mkdtempSync(join(tmpdir(), 'countersign-disk-'));

  mount(megabytes: number): void {
    if (process.getuid?.() !== 0)
      throw new Error('The tests of a full disk mount a tmpfs: run them as root.');
    const user = serverUser(this.folder);
    const owner = user ? `,uid=${user.uid},gid=${user.gid},mode=0700` : '';
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m${owner}`, 'tmpfs', this.folder]);
  }

  /** To the last byte. */
  fill(): void {
    const file = openSync(join(this.folder, 'filler'), 'w');
    const chunk = Buffer.alloc(4096);
    try {
      for (;;) writeSync(file, chunk);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(join(this.folder, 'filler'));
  }

  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

describe('while the disk of the tables is full', () => {
  const disk = new SmallDisk();
  const tablespace = `small_${process.pid}`;
  let app: TestApp;
  let operator: Client;
  let name: string;

  beforeAll(async () => {
    disk.mount(64);
    app = await TestApp.start();
    const url = new URL(app.databaseUrl);
    name = url.pathname.slice(1);
    url.pathname = '/postgres';
    operator = new Client({ connectionString: url.href });
    await operator.connect();
    await operator.query(`CREATE TABLESPACE ${tablespace} LOCATION '${disk.folder}'`);
    await operator.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS false`);
    await operator.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [name]);
    await until(async () => {
      const moved = operator.query(`ALTER DATABASE "${name}" SET TABLESPACE ${tablespace}`);
      return moved.then(
        () => true,
        () => false,
      );
    });
    await operator.query(`ALTER DATABASE "${name}" ALLOW_CONNECTIONS true`);
  });
  afterAll(async () => {
    await app.stop();
    await operator.query(`DROP TABLESPACE IF EXISTS ${tablespace}`);
    await operator.end();
    disk.unmount();
  });

  const ready = async () => (await fetch(`${app.url}/health/ready`)).status;

  it('all five protocols say 503 with Retry-After, the replica is not ready, and all comes back with the space', async () => {
    await until(async () => (await ready()) === 200);
    disk.fill();
    // Pages that are there may have room for a row or two.
    for (const [protocol, path, body] of PROTOCOL_CALLS)
      await until(async () => {
        const response = await post(app.url, path, body);
        return response.status === 503 && response.headers.get('retry-after') === '5';
      }, `503 of ${protocol}`);
    await until(async () => (await ready()) === 503, 'not ready');
    disk.free();
    await until(async () => (await ready()) === 200, 'ready');
    for (const [, path, body] of PROTOCOL_CALLS)
      expect((await post(app.url, path, body)).status).not.toBe(503);
  });
});
