import { Database, type Part, sql } from '@app/database';
import type { Clock, KeyRing } from '@app/kernel';
import { countHits, type Admittable, type Counted, type Hit } from './count-hits.js';
import { LimitsStorage } from './limits-storage.js';

/** The counters in Postgres: those of a request and its question are one statement. */
export class PostgresThrottlerStorage extends LimitsStorage {
  constructor(
    private readonly database: Database,
    clock: Clock,
    keys: KeyRing,
  ) {
    super(clock, keys);
  }

  override async purge(now: Date, batch: number): Promise<number> {
    const row = await this.database.row<{ count: number }>(sql`
      WITH over AS (
        SELECT key FROM request_limits WHERE expires_at <= ${now}::timestamptz
        ORDER BY expires_at LIMIT ${batch}::int FOR UPDATE SKIP LOCKED),
      gone AS (DELETE FROM request_limits WHERE key IN (SELECT key FROM over) RETURNING 1)
      SELECT count(*)::int AS count FROM gone`);
    return row?.count ?? 0;
  }

  override answers(): undefined {
    return undefined;
  }

  protected override async run(hits: Hit[], now: Date, question?: Part | Admittable): Promise<Counted> {
    return (await this.database.row<Counted>(countHits(hits, now, question))) as Counted;
  }
}
