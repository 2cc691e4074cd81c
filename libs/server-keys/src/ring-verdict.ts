import { part, type Part, sql } from '@app/database';

/** The keys of a ring as the database sees them. */
export interface GivenKey {
  key_id: string;
  proof: string;
  place: string;
}

/** `admitted`, or why a ring is not the one of this installation, and which keys that is about. */
export interface RingVerdict {
  outcome: 'admitted' | 'other_key' | 'other_ring' | 'without_maker' | 'no_keys_yet';
  keys: string[] | null;
}

/** The key that makes, as all replicas see it. */
export function makerOf(): Part<{ key_id: string; makes_since: Date }> {
  return part(
    'maker',
    sql`
    SELECT key_id, makes_since FROM server_keys WHERE makes_since IS NOT NULL AND forgotten_at IS NULL
    ORDER BY makes_since DESC, key_id LIMIT 1`,
  );
}

/** A ring as rows: its ids and proofs, in the order of the configuration. */
export function givenKeys(ids: string[], proofs: string[]): Part<GivenKey> {
  return part(
    'given',
    sql`
    SELECT key_id, proof, place
    FROM unnest(${ids}::text[], ${proofs}::text[]) WITH ORDINALITY AS g (key_id, proof, place)`,
  );
}

/**
 * Whether this ring may work on this database. A key of a known name has to be the known key; one at least has to be known, and the
 * one that makes has to be there: what the others make now would be refused here. Only a database that knows no key takes any.
 * `mayBeFirst`: whether the ring is one that can be the first.
 */
export function ringVerdict(
  given: Part<GivenKey>,
  maker: Part<{ key_id: string }>,
  mayBeFirst: boolean,
): Part<RingVerdict> {
  const known = part<{ key_id: string; right: boolean | null }>(
    'known',
    sql`
    SELECT k.key_id, k.proof = g.proof AS "right" FROM server_keys k LEFT JOIN ${given} g USING (key_id)
    WHERE k.forgotten_at IS NULL`,
  );
  return part(
    'verdict',
    sql`
    SELECT CASE
        WHEN NOT EXISTS (SELECT FROM ${known}) THEN CASE WHEN ${mayBeFirst} THEN 'admitted' ELSE 'no_keys_yet' END
        WHEN EXISTS (SELECT FROM ${known} WHERE NOT "right") THEN 'other_key'
        WHEN NOT EXISTS (SELECT FROM ${known} WHERE "right") THEN 'other_ring'
        WHEN EXISTS (SELECT FROM ${maker} m JOIN ${known} k USING (key_id) WHERE k."right" IS NULL) THEN 'without_maker'
        ELSE 'admitted'
      END AS outcome,
      (SELECT array_agg(k.key_id ORDER BY k.key_id) FROM ${known} k WHERE k."right" IS NOT TRUE) AS keys`,
  );
}
