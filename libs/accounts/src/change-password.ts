import type { Call } from '@app/kernel';
import sql, { raw, type Sql } from 'sql-template-tag';

/** Part: a new password for the account of a redeemed attempt (part `verdict`): `{account_id, email, language}`. */
export function resetPassword({ now }: Call, passwordHash: string, verdict: string): Sql {
  return sql`
    UPDATE accounts a SET password_hash = ${passwordHash}, password_changed_at = ${now}::timestamptz,
      updated_at = ${now}::timestamptz
    FROM ${raw(verdict)} v WHERE v.outcome = 'redeemed' AND a.id = v.account_id AND a.disabled_at IS NULL
    RETURNING a.id AS account_id, a.email, a.language`;
}
