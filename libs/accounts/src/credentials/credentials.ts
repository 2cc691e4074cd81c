import { sql, raw, type Sql } from '@app/database';
import type { Call } from '@app/kernel';
import type { NewCredential } from './credential-proofs.js';

/** Condition on table `accounts`: nobody has a key to it yet. */
export const UNREGISTERED = sql`NOT EXISTS (
  SELECT FROM credentials c WHERE c.account_id = accounts.id AND c.revoked_at IS NULL)`;

/** Part: the keys that open the account of part `from` (`account_id`). */
export function activeCredentials(from: string): Sql {
  return sql`
    SELECT c.id::text AS id, c.kind, c.credential_id, c.public_key, c.sign_count::text AS sign_count, c.transports,
      c.encrypted_private_key
    FROM credentials c JOIN ${raw(from)} f USING (account_id) WHERE c.revoked_at IS NULL ORDER BY c.id`;
}

/** Part: the key of this row, locked, while it is good: `{id, account_id, kind, sign_count}`. */
export function heldCredential(id: string | undefined): Sql {
  return sql`
    SELECT c.id, c.account_id, c.kind, c.sign_count FROM credentials c
    WHERE c.id = ${id ?? null}::bigint AND c.revoked_at IS NULL FOR UPDATE`;
}

/** Condition: the counter is later than the last one of part `held`, or the authenticator has none (WebAuthn §6.1.1). */
export function isNewCount(count: number | undefined, held: string): Sql {
  return sql`coalesce((SELECT ${count ?? null}::bigint > h.sign_count OR (${count ?? null}::bigint = 0 AND h.sign_count = 0)
    FROM ${raw(held)} h), false)`;
}

/** Part: stores the counter once the attempt in part `verdict` is redeemed by it. */
export function storeCount(count: number | undefined, held: string, verdict: string): Sql {
  return sql`
    UPDATE credentials c SET sign_count = ${count ?? null}::bigint FROM ${raw(held)} h, ${raw(verdict)} v
    WHERE v.outcome = 'redeemed' AND c.id = h.id RETURNING c.id`;
}

/** Part: revokes every key of the account of part `from` (`account_id`). */
export function revokeCredentials({ now }: Pick<Call, 'now'>, from: string): Sql {
  return sql`
    UPDATE credentials c SET revoked_at = ${now}::timestamptz FROM ${raw(from)} f
    WHERE c.account_id = f.account_id AND c.revoked_at IS NULL RETURNING c.id`;
}

/** A new credential with the ids its row is to have. */
export type CredentialRow = NewCredential & { id: string; uuid: string };

/**
 * Part: gives the keys, a jsonb list of `CredentialRow`, to the account of part `from` (`account_id`): `{id}`. `after`: a
 * part to be done first, so that what it revokes is out of the way.
 */
export function insertCredentials({ now }: Pick<Call, 'now'>, rows: Sql, from: string, after?: string): Sql {
  return sql`
    INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, encrypted_private_key, created_at)
    SELECT n.id, n.uuid, f.account_id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.encrypted_private_key,
      ${now}::timestamptz
    FROM ${raw(from)} f, ${after ? sql`(SELECT count(*) FROM ${raw(after)}) done,` : sql``}
      jsonb_to_recordset(${rows}) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, encrypted_private_key text)
    RETURNING id`;
}
