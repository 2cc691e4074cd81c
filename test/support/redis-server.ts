import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePort } from './pgbouncer.js';
import { until } from './until.js';

const PROGRAM = process.env['REDIS_PATH'] || '/usr/bin/redis-server';

/** A real Redis that keeps nothing. */
export class RedisServer {
  readonly url: string;
  private readonly folder = mkdtempSync(join(tmpdir(), 'countersign-redis-'));
  private process: ChildProcess | undefined;

  private constructor(private readonly port: number) {
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async start(): Promise<RedisServer> {
    const server = new RedisServer(await freePort());
    await server.up();
    return server;
  }

  /** Starts it, again after `down`. */
  async up(): Promise<void> {
    const options = ['--port', String(this.port), '--bind', '127.0.0.1', '--save', '', '--dir', this.folder];
    this.process = spawn(PROGRAM, options, { stdio: 'ignore' });
    await Promise.race([
      once(this.process, 'spawn'),
      once(this.process, 'error').then(([error]) => Promise.reject(error)),
    ]);
    await until(async () => (await this.ask((redis) => redis.ping())) === 'PONG', 'Redis');
  }

  /** As a crash would end it. */
  async down(): Promise<void> {
    const ended = this.process && once(this.process, 'exit');
    this.process?.kill('SIGKILL');
    await ended;
  }

  /** What it says to somebody who comes for this alone; undefined: it is out of reach. */
  async ask<Answer>(question: (redis: Redis) => Promise<Answer>): Promise<Answer | undefined> {
    const redis = new Redis(this.url, { maxRetriesPerRequest: 0, retryStrategy: () => null });
    redis.on('error', () => undefined);
    try {
      return await question(redis);
    } catch {
      return undefined;
    } finally {
      redis.disconnect();
    }
  }

  async stop(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true });
  }
}
