import type { OnModuleDestroy } from '@nestjs/common';
import { RETRY_AFTER_SECONDS, type Database, type Part } from '@app/database';
import { AuthError, briefly, type Clock, type KeyRing } from '@app/kernel';
import { Redis } from 'ioredis';
import { countHits, inLockOrder, type Admittable, type Counted, type Hit } from './count-hits.js';
import { COUNT_HITS } from './count-hits.lua.js';
import { LimitsStorage } from './limits-storage.js';

/** How long a request waits for Redis before it is refused. */
const PATIENCE_MS = 1_000;
const LONGEST_PAUSE_MS = 1_000;

type Chain = [hits: number, ends: number, refused: 0 | 1, free: number];
interface Scripts {
  countHits(keys: number, ...rest: (string | number)[]): Promise<Chain>;
}

/**
 * The counters in Redis, for databases that should not be asked at every request. They are counted first, in one round trip; the question
 * is asked in Postgres by those that pass. Windows go by themselves.
 */
export class RedisThrottlerStorage extends LimitsStorage implements OnModuleDestroy {
  private readonly redis: Redis & Scripts;
  private readonly ping: () => Promise<boolean>;

  constructor(
    url: string,
    private readonly database: Database,
    clock: Clock,
    keys: KeyRing,
  ) {
    super(clock, keys);
    const redis = new Redis(url, {
      keyPrefix: 'countersign:limit:',
      connectTimeout: PATIENCE_MS,
      commandTimeout: PATIENCE_MS,
      // What may have been counted is not counted again: the request fails, and its client decides.
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => Math.min(times * 50, LONGEST_PAUSE_MS),
    });
    // Each request says so, and the health page does.
    redis.on('error', () => undefined);
    redis.defineCommand('countHits', { lua: COUNT_HITS });
    this.redis = redis as Redis & Scripts;
    this.ping = briefly(() =>
      redis.ping().then(
        () => true,
        () => false,
      ),
    );
  }

  override purge(): Promise<number> {
    return Promise.resolve(0);
  }

  override answers(): Promise<boolean> {
    return this.ping();
  }

  onModuleDestroy(): void {
    this.redis.disconnect();
  }

  protected override async run(hits: Hit[], now: Date, question?: Part | Admittable): Promise<Counted> {
    const counted = await this.countedAt(hits, now);
    if (counted.refused || !question) return counted;
    const asked = await this.database.row<Counted>(countHits([], now, question));
    return { ...counted, found: asked?.found ?? null };
  }

  private async countedAt(hits: Hit[], now: Date): Promise<Counted> {
    if (hits.length === 0) return { hits: 0, expires_at: null, refused: false, free_at: null, found: null };
    const chain = [...hits].sort(inLockOrder);
    const numbers = chain.flatMap(({ limit, windowSeconds, blockSeconds }) => [
      limit,
      milliseconds(windowSeconds),
      blockSeconds === undefined ? -1 : milliseconds(blockSeconds),
    ]);
    try {
      const keys = chain.map(({ key }) => key);
      const [count, ends, refused, free] = await this.redis.countHits(
        keys.length,
        ...keys,
        now.getTime(),
        ...numbers,
      );
      const free_at = free ? new Date(free) : null;
      return { hits: count, expires_at: new Date(ends), refused: refused === 1, free_at, found: null };
    } catch (error) {
      throw new AuthError(
        'database_unavailable',
        { retryAfterSeconds: RETRY_AFTER_SECONDS },
        { cause: error },
      );
    }
  }
}

const milliseconds = (seconds: number) => Math.round(seconds * 1000);
