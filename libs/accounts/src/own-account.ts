import { part, type Part, sql } from '@app/database';
import type { SecondFactor } from './account.entity.js';
import type { OfAccount } from './held-account.js';

/** What the owner of an account is shown of it. */
export interface OwnAccount {
  id: string;
  email: string | null;
  username: string | null;
  phone: string | null;
  first_name: string | null;
  last_name: string | null;
  second_factor: SecondFactor;
  created_at: Date;
  updated_at: Date;
  /** When the mailbox was first proven. */
  activated_at: Date | null;
  has_password: boolean;
  has_passkeys: boolean;
  /** Whether there are backup codes that nobody has used. */
  has_backup_codes: boolean;
  /** Since when it has its authenticator; null without one. */
  authenticator_since: Date | null;
  /** Of which providers identities are linked, by their names in the configuration. */
  providers: string[];
}

/** The rows with that of their account; none for a disabled one. */
export function withOwnAccount<Row extends OfAccount>(from: Part<Row>): Part<Row & OwnAccount> {
  return part(
    'own_account',
    sql`
    SELECT f.*, a.id::text AS id, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
      a.updated_at, a.activated_at, a.password_hash IS NOT NULL AS has_password,
      EXISTS (SELECT FROM credentials c WHERE c.account_id = a.id AND c.kind = 'Fido2' AND c.revoked_at IS NULL) AS has_passkeys,
      EXISTS (SELECT FROM backup_codes b WHERE b.account_id = a.id AND b.used_at IS NULL) AS has_backup_codes,
      (SELECT t.created_at FROM totp_factors t WHERE t.account_id = a.id) AS authenticator_since,
      ARRAY(SELECT i.provider FROM external_identities i WHERE i.account_id = a.id ORDER BY i.linked_at) AS providers
    FROM ${from} f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL`,
  );
}
