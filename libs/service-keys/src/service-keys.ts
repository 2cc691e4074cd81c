import { after, part, type Part, sql } from '@app/database';
import type { ServiceScope } from './service-scopes.js';

/** A key that is about to be made, with `digest` of it. */
export interface NewServiceKey {
  id: string;
  name: string;
  keyHash: string;
  scopes: ServiceScope[];
  expiresAt: Date;
}

/** A live key, with what was asked in the same statement; null: nothing was found, or nothing asked. */
export interface FoundServiceKey {
  name: string;
  scopes: string[];
  found: Record<string, unknown> | null;
}

/** A new key; no row when a key that is not revoked has its name. */
export function insertServiceKey(key: NewServiceKey, now: Date): Part<{ id: string }> {
  return part(
    'made',
    sql`
    INSERT INTO service_keys (id, name, key_hash, scopes, created_at, expires_at)
    VALUES (${key.id}::bigint, ${key.name}, ${key.keyHash}, ${key.scopes}::text[], ${now}::timestamptz,
      ${key.expiresAt}::timestamptz) ON CONFLICT (name) WHERE revoked_at IS NULL DO NOTHING RETURNING id`,
  );
}

/** Revokes the key of this name or id; no row when there is none that is not revoked. */
export function revokeServiceKey(named: string, now: Date): Part<{ id: string; name: string }> {
  return part(
    'revoked',
    sql`
    UPDATE service_keys SET revoked_at = ${now}::timestamptz
    WHERE (name = ${named} OR id::text = ${named}) AND revoked_at IS NULL RETURNING id::text AS id, name`,
  );
}

/** Takes back a key that nobody was told of. */
export function dropServiceKey(id: string): Part<{ id: string }> {
  return part('dropped', sql`DELETE FROM service_keys WHERE id = ${id}::bigint RETURNING id`);
}

/**
 * The live key with this hash. `question`: answered for its holder alone. That it was used is written down once a day, so that calls are
 * reads.
 */
export function liveServiceKey(keyHash: string, now: Date, question?: Part): Part<FoundServiceKey> {
  const live = sql`key_hash = ${keyHash} AND revoked_at IS NULL AND expires_at > ${now}::timestamptz`;
  const today = now.toISOString().slice(0, 10);
  const used = part(
    'used',
    sql`
    UPDATE service_keys SET last_used_on = ${today}::date
    WHERE ${live} AND last_used_on IS DISTINCT FROM ${today}::date RETURNING id`,
  );
  const found = question ? sql`(SELECT row_to_json(q) FROM ${question} q LIMIT 1)` : sql`NULL::json`;
  return part(
    'service_key',
    sql`SELECT k.name, k.scopes, ${found} AS found FROM service_keys k CROSS JOIN ${after(used)} WHERE ${live}`,
  );
}
