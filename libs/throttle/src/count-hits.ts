import { plusSeconds } from '@app/kernel';
import { part, type Part, sql, statement, type Statement } from '@app/database';

/** One limit as it stands for one request. `key`: of its row, already unreadable. */
export interface Hit {
  key: string;
  limit: number;
  windowSeconds: number;
  blockSeconds?: number | undefined;
  /** Whether two requests may count on this row with different windows. */
  varies?: boolean;
}

/**
 * One statement that counts a request on all its limits and says whether it is refused.
 *
 * The limits form a chain, shortest window first: each counts the request unless one before it refused. So what a
 * caller is refused by a limit of a minute does not use up the limit of the hour, not even when the requests arrive
 * all at once, since every link decides on its locked row. All requests lock in the same order (window, then
 * key): none waits for another that waits for it. Windows that vary tell no order, so their links stand last.
 *
 * A refused request still reads the links after, through the same upsert with a step of 0, to tell when all of them
 * are free. It is an upsert because that always finds its row by the primary key; the plan of a join is
 * prepared while the table is small and would read all of it once a flood has made it large.
 *
 * `question`: answered with the count. What it writes, it may write only for a row of the part it is given, which has one unless the
 * call is refused.
 */
export function countHits(hits: Hit[], now: Date, question?: Part | Admittable): Statement<Counted> {
  const nothing = part<Link>(
    'nothing',
    sql`SELECT 0 AS hits, NULL::timestamptz AS expires_at, false AS refused, NULL::timestamptz AS free_at`,
  );
  const last = [...hits].sort(inLockOrder).reduce((before, hit) => link(hit, now, before), nothing);
  const asked =
    typeof question === 'function'
      ? question(part('admitted', sql`SELECT FROM ${last} WHERE NOT refused`))
      : question;
  const found = asked ? sql`(SELECT row_to_json(answer) FROM ${asked} AS answer LIMIT 1)` : sql`NULL::json`;
  return statement(
    part<Counted>(
      'counted',
      sql`SELECT l.*, CASE WHEN NOT l.refused THEN ${found} END AS found FROM ${last} l`,
    ),
  );
}

/** What a call makes if no limit refuses it. */
export type Admittable = (admitted: Part) => Part;

/** How a limit stands, and whether it or one before it refuses; `free_at`: when none of them does. */
interface Link {
  hits: number;
  expires_at: Date | null;
  refused: boolean;
  free_at: Date | null;
}

/** `found`: the first row of the question, as JSON. */
export interface Counted extends Link {
  found: Record<string, unknown> | null;
}

/** The order of the chain: shortest window first, and those that vary last. */
export function inLockOrder(one: Hit, other: Hit): number {
  const rank = (hit: Hit) => (hit.varies ? Infinity : hit.windowSeconds);
  return rank(one) === rank(other) ? (one.key < other.key ? -1 : 1) : rank(one) - rank(other);
}

/**
 * A row is a window: `hits` until `expires_at`. The first hit beyond the limit may move that end (`blockSeconds`);
 * later ones never do. A row whose end has come counts as absent.
 */
function link(hit: Hit, now: Date, before: Part<Link>): Part<Link> {
  const windowEnd = plusSeconds(now, hit.windowSeconds);
  const blockEnd = hit.blockSeconds === undefined ? null : plusSeconds(now, hit.blockSeconds);
  return part(
    'link',
    sql`
    INSERT INTO request_limits AS held (key, hits, expires_at)
    SELECT ${hit.key}::text,
           CASE WHEN refused THEN 0 ELSE 1 END,
           CASE WHEN refused THEN ${now}::timestamptz ELSE ${windowEnd}::timestamptz END
      FROM ${before}
    ON CONFLICT (key) DO UPDATE SET
      hits = CASE WHEN held.expires_at <= ${now}::timestamptz THEN EXCLUDED.hits ELSE held.hits + EXCLUDED.hits END,
      expires_at = CASE
        WHEN held.expires_at <= ${now}::timestamptz THEN EXCLUDED.expires_at
        WHEN held.hits = ${hit.limit}::int AND EXCLUDED.hits = 1 THEN coalesce(${blockEnd}::timestamptz, held.expires_at)
        ELSE held.expires_at END
    RETURNING hits, expires_at,
      hits > ${hit.limit}::int OR (SELECT refused FROM ${before}) AS refused,
      greatest(CASE WHEN hits >= ${hit.limit}::int THEN expires_at END, (SELECT free_at FROM ${before})) AS free_at`,
  );
}
