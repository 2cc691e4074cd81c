import { sql, raw, type Sql } from '@app/database';
import type { Call } from '@app/kernel';

/**
 * Part: a new password for the account of a redeemed attempt (part `verdict`), unless the account has changed since the attempt was
 * looked at: `{account_id, security_stamp, email, language}`. Ends what was made for the account before.
 */
export function resetPassword({ now }: Call, passwordHash: string, verdict: string): Sql {
  return sql`
    UPDATE accounts a SET password_hash = ${passwordHash}, password_changed_at = ${now}::timestamptz,
      security_stamp = a.security_stamp + 1,
      updated_at = ${now}::timestamptz
    FROM ${raw(verdict)} v WHERE v.outcome = 'redeemed' AND a.id = v.account_id AND a.disabled_at IS NULL
      AND a.security_stamp = v.security_stamp
    RETURNING a.id AS account_id, a.security_stamp, a.email, a.language`;
}
