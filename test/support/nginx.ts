import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './pgbouncer.js';
import { until } from './until.js';

const PROGRAM = process.env['NGINX_PATH'] || '/usr/sbin/nginx';

/** A real nginx with a configuration of the documents. */
export class Nginx {
  private constructor(
    readonly url: string,
    private readonly folder: string,
    private readonly process: ChildProcess,
  ) {}

  /** `servers`: what stands within `http`, for the port that it is given. */
  static async start(servers: (port: number) => string): Promise<Nginx> {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-nginx-'));
    const port = await freePort();
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (kind) => `${kind}_temp_path ${join(folder, kind)};`,
    );
    mkdirSync(join(folder, 'logs'));
    // As root its workers would be somebody else, who could not write to that folder.
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    writeFileSync(
      join(folder, 'nginx.conf'),
      `${user} daemon off; pid ${join(folder, 'pid')}; error_log ${join(folder, 'error.log')};
      events {} http { access_log off; ${temporary.join(' ')} ${servers(port)} }`,
    );
    const child = spawn(PROGRAM, ['-p', folder, '-c', join(folder, 'nginx.conf')], { stdio: 'ignore' });
    await Promise.race([once(child, 'spawn'), once(child, 'error').then(([error]) => Promise.reject(error))]);
    const url = `http://127.0.0.1:${port}`;
    const answers = () =>
      fetch(url).then(
        () => true,
        () => false,
      );
    await until(answers, 'nginx').catch((error: Error) => {
      throw new Error(readFileSync(join(folder, 'error.log'), 'utf8'), { cause: error });
    });
    return new Nginx(url, folder, child);
  }

  async stop(): Promise<void> {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGTERM');
    await ended;
    rmSync(this.folder, { recursive: true });
  }
}
