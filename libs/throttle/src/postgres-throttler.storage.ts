import { Injectable } from '@nestjs/common';
import type { ThrottlerStorage } from '@nestjs/throttler';
import { Database, type Part, sql } from '@app/database';
import { Clock, KeyRing, secondsUntil } from '@app/kernel';
import type { SessionRow } from './authenticated.js';
import { countHits, type Admittable, type Hit } from './count-hits.js';

export type Numbers = Pick<Hit, 'limit' | 'windowSeconds' | 'blockSeconds'>;

/** One limit as it stands for one request, by the name of what is counted and of whose it is. */
export interface NamedHit extends Omit<Hit, 'key'> {
  name: string;
  tracker: string;
}

export type LimitVerdict =
  { refused: false; found?: SessionRow } | { refused: true; retryAfterSeconds: number };

type Row = {
  hits: number;
  expires_at: Date | null;
  refused: boolean;
  free_at: Date | null;
  found: SessionRow | null;
};

/**
 * The counters of all limits, shared by all replicas. At rest a key is an HMAC under the server's key: the table does
 * not tell who called. Fails closed: without the database a call is `AuthError('database_unavailable')`.
 */
@Injectable()
export class PostgresThrottlerStorage implements ThrottlerStorage {
  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly keys: KeyRing,
  ) {}

  /** Counts a request on all its limits and asks `question` in the same round trip. Equal hits count once. */
  async count(hits: NamedHit[], now: Date, question?: Part | Admittable): Promise<LimitVerdict> {
    const row = await this.run(hits, now, question);
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
    const row = await this.run([hit], now);
    const seconds = secondsUntil(row.expires_at ?? now, now);
    return {
      totalHits: row.hits,
      timeToExpire: seconds,
      isBlocked: row.refused,
      timeToBlockExpire: row.refused ? seconds : 0,
    };
  }

  /** Deletes up to `batch` windows that are over, except those in use; answers how many. */
  async purge(now: Date, batch: number): Promise<number> {
    const row = await this.database.row<{ count: number }>(sql`
      WITH over AS (
        SELECT key FROM request_limits WHERE expires_at <= ${now}::timestamptz
        ORDER BY expires_at LIMIT ${batch}::int FOR UPDATE SKIP LOCKED),
      gone AS (DELETE FROM request_limits WHERE key IN (SELECT key FROM over) RETURNING 1)
      SELECT count(*)::int AS count FROM gone`);
    return row?.count ?? 0;
  }

  private async run(named: NamedHit[], now: Date, question?: Part | Admittable): Promise<Row> {
    const hits = new Map<string, Hit>();
    for (const { name, tracker, ...hit } of named) {
      const key = this.keys.mac('request-limit', name, tracker).hash;
      hits.set(key, { ...hit, key });
    }
    return (await this.database.row<Row>(countHits([...hits.values()], now, question))) as Row;
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
