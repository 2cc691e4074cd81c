import { sql, type Sql } from '@app/database';

const NONE = sql`NULL::bigint`;

/**
 * Condition on account `a`: somebody gets in without its password and without this passkey, by a mail that is not the second factor, by
 * another key or by a provider. A text does not count: whether one can be sent is the configuration's to say.
 */
export function opensByOthers(passkey: Sql = NONE): Sql {
  return sql`((a.email IS NOT NULL AND a.activated_at IS NOT NULL AND a.second_factor <> 'email')
  OR EXISTS (SELECT FROM credentials o WHERE o.account_id = a.id AND o.kind <> 'RecoveryKey' AND o.revoked_at IS NULL
    AND o.id IS DISTINCT FROM ${passkey})
  OR EXISTS (SELECT FROM external_identities i WHERE i.account_id = a.id))`;
}
