import { part, type Part, sql } from '@app/database';

/** A replica that has not said so for this long is not up: it says so every ten seconds. */
export const LOST_SECONDS = 60;

interface LiveReplica {
  id: string;
  key_ids: string[];
  started_at: Date;
}

export function liveReplicas(now: Date): Part<LiveReplica> {
  return part(
    'live',
    sql`
    SELECT id, key_ids, started_at FROM replicas
    WHERE seen_at > ${now}::timestamptz - ${LOST_SECONDS} * interval '1 second'`,
  );
}

/**
 * The key that should make: of the ring of the replica that was started last the first one that every replica has. So a rotation
 * takes effect when its last replica has the new key, whatever the order of the restarts; and what one makes all can verify.
 */
export function wantedMaker(live: Part<LiveReplica>): Part<{ key_id: string }> {
  return part(
    'wanted',
    sql`
    SELECT w.key_id
    FROM (SELECT key_ids FROM ${live} ORDER BY started_at DESC, id DESC LIMIT 1) newest,
      unnest(newest.key_ids) WITH ORDINALITY AS w (key_id, place)
    WHERE NOT EXISTS (SELECT FROM ${live} l WHERE NOT w.key_id = ANY (l.key_ids))
    ORDER BY w.place LIMIT 1`,
  );
}
