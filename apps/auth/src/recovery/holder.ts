import { activeCredentials, type CredentialKind, type SecondFactor } from '@app/accounts';
import { sql, raw, type Sql } from '@app/database';

/** A key as it travels in JSON. */
export interface HeldKey {
  id: string;
  kind: CredentialKind;
  credential_id: string;
  public_key: string;
  sign_count: string;
  transports: string[];
  encrypted_private_key: string | null;
}

/** The account behind a proof, and its keys. */
export interface Holder {
  id: string;
  uuid: string;
  name: string;
  org_id: string | null;
  second_factor: SecondFactor;
  security_stamp: number;
  keys: HeldKey[];
}

/** Part: the account of part `from` (`account_id`) as a `Holder` in column `holder`, no row without one. */
export function holderOf(from: string): Sql {
  return sql`
    SELECT json_build_object('id', a.id::text, 'uuid', a.uuid, 'name', coalesce(a.email, a.username, a.phone),
      'org_id', a.org_id, 'second_factor', a.second_factor, 'security_stamp', a.security_stamp,
      'keys', (SELECT coalesce(json_agg(k), '[]') FROM (${activeCredentials(from)}) k)) AS holder
    FROM accounts a JOIN ${raw(from)} f ON f.account_id = a.id WHERE a.disabled_at IS NULL`;
}
