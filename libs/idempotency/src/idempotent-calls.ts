import { part, type Part, sql, type Sql } from '@app/database';

/** A call under a key, as it is found at rest: a keyed hash under each key of the ring, the one that makes first. */
export interface CallNames {
  ids: string[];
  fingerprints: string[];
}

/** What is known of a call. `claimed`: nothing was, and it is ours to do now. */
export interface KnownCall {
  claimed: boolean;
  id: string | null;
  fingerprint: string | null;
  answer_sealed: string | null;
}

/**
 * Takes the call for the one who asks first, and otherwise says what is known of it. Nothing at all is known of one that another claims
 * at this very moment.
 */
export function claimCall(
  admitted: Part,
  { ids, fingerprints }: CallNames,
  now: Date,
  until: Date,
): Part<KnownCall> {
  const claimed = part<{ id: string }>(
    'claimed',
    sql`
    INSERT INTO idempotent_calls AS held (id, fingerprint, expires_at)
    SELECT ${ids[0]}::text, ${fingerprints[0]}::text, ${until}::timestamptz FROM ${admitted}
    WHERE NOT EXISTS (SELECT FROM idempotent_calls older
      WHERE older.id = ANY(${ids.slice(1)}::text[]) AND older.expires_at > ${now}::timestamptz)
    ON CONFLICT (id) DO UPDATE SET
      fingerprint = EXCLUDED.fingerprint, expires_at = EXCLUDED.expires_at, answer_sealed = NULL
      WHERE held.expires_at <= ${now}::timestamptz
    RETURNING id`,
  );
  return part(
    'known',
    sql`
    SELECT EXISTS (SELECT FROM ${claimed}) AS claimed, k.id, k.fingerprint, k.answer_sealed
    FROM (VALUES (1)) one
    LEFT JOIN idempotent_calls k ON k.id = ANY(${ids}::text[]) AND k.expires_at > ${now}::timestamptz`,
  );
}

/** Writes down what the call was answered, once. */
export function recordAnswer(id: string, answerSealed: string): Sql {
  return sql`UPDATE idempotent_calls SET answer_sealed = ${answerSealed} WHERE id = ${id} AND answer_sealed IS NULL`;
}

/** Nothing was done: the call can be made under its key again. */
export function releaseCall(id: string): Sql {
  return sql`DELETE FROM idempotent_calls WHERE id = ${id} AND answer_sealed IS NULL`;
}

/** A batch of calls that can be repeated no longer. What others hold is skipped. */
export function purgeIdempotentCalls(now: Date, batch: number): Sql {
  return sql`
    DELETE FROM idempotent_calls WHERE id IN (
      SELECT id FROM idempotent_calls WHERE expires_at <= ${now}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING id`;
}
