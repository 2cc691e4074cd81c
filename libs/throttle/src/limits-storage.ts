import type { ThrottlerStorage } from '@nestjs/throttler';
import type { Part } from '@app/database';
import { secondsUntil, type Clock, type KeyRing } from '@app/kernel';
import type { SessionRow } from './authenticated.js';
import type { Admittable, Counted, Hit } from './count-hits.js';

export type Numbers = Pick<Hit, 'limit' | 'windowSeconds' | 'blockSeconds'>;

/** One limit as it stands for one request, by the name of what is counted and of whose it is. */
export interface NamedHit extends Omit<Hit, 'key'> {
  name: string;
  tracker: string;
}

export type LimitVerdict =
  { refused: false; found?: SessionRow } | { refused: true; retryAfterSeconds: number };

/**
 * The counters of all limits, shared by all replicas. At rest a key is an HMAC under the server's key: nothing there tells who called.
 * Fails closed: where nobody can be counted a call is `AuthError('database_unavailable')`.
 */
export abstract class LimitsStorage implements ThrottlerStorage {
  constructor(
    private readonly clock: Clock,
    private readonly keys: KeyRing,
  ) {}

  /** Deletes up to `batch` windows that are over, except those in use; answers how many. */
  abstract purge(now: Date, batch: number): Promise<number>;

  /** Whether what the counters are in, beside the database, answers; undefined: they are in the database. */
  abstract answers(): Promise<boolean> | undefined;

  /** Counts on the limits as `countHits` says, and asks `question` unless one of them refuses. */
  protected abstract run(hits: Hit[], now: Date, question?: Part | Admittable): Promise<Counted>;

  /** Counts a request on all its limits and asks `question` with it. Equal hits count once. */
  async count(hits: NamedHit[], now: Date, question?: Part | Admittable): Promise<LimitVerdict> {
    const row = await this.run(this.unreadable(hits), now, question);
    if (row.refused) return { refused: true, retryAfterSeconds: secondsUntil(row.free_at ?? now, now) };
    return { refused: false, found: row.found ? exact(row.found) : undefined };
  }

  /** The library's own port, for its own guard. `ttl` and `blockDuration`, whose 0 is no block: milliseconds; the answer: seconds. */
  async increment(key: string, ttl: number, limit: number, blockDuration: number, throttlerName: string) {
    const now = this.clock.now();
    const hit = {
      name: throttlerName,
      tracker: key,
      limit,
      windowSeconds: ttl / 1000,
      blockSeconds: blockDuration === 0 ? undefined : blockDuration / 1000,
    };
    const row = await this.run(this.unreadable([hit]), now);
    const seconds = secondsUntil(row.expires_at ?? now, now);
    return {
      totalHits: row.hits,
      timeToExpire: seconds,
      isBlocked: row.refused,
      timeToBlockExpire: row.refused ? seconds : 0,
    };
  }

  private unreadable(named: NamedHit[]): Hit[] {
    const hits = new Map<string, Hit>();
    for (const { name, tracker, ...hit } of named) {
      const key = this.keys.mac('request-limit', name, tracker).hash;
      hits.set(key, { ...hit, key });
    }
    return [...hits.values()];
  }
}

/** JSON has no 64-bit integers: one that was rounded on its way would name another row. */
function exact(found: SessionRow): SessionRow {
  for (const [column, value] of Object.entries(found)) {
    if (Number.isInteger(value) && !Number.isSafeInteger(value))
      throw new Error(`@Authenticated: cast ${column} to text`);
  }
  return found;
}
