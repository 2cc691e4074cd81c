import { part, type Part, sql } from '@app/database';
import type { SecondFactor } from './account.entity.js';
import type { CredentialKind } from './credentials/credential.entity.js';

/** An account with all that its owner signs in with. Of secrets those that were asked for, as they rest. */
export interface ExportedAccount {
  id: string;
  uuid: string;
  email: string | null;
  username: string | null;
  phone: string | null;
  phone_signs_in: boolean;
  first_name: string | null;
  last_name: string | null;
  password_hash: string | null;
  password_changed_at: Date | null;
  second_factor: SecondFactor;
  org_id: string | null;
  tenant_id: string | null;
  language: string;
  created_at: Date;
  invited_at: Date | null;
  activated_at: Date | null;
  disabled_at: Date | null;
  /** By which the system that they came from knows them. */
  external_id: string | null;
  totp_sealed: string | null;
  totp_step: string | null;
  /** Times in them are ISO 8601. */
  backup_codes: { hash: string; sealed: string | null; createdAt: string; usedAt: string | null }[];
  credentials: ExportedCredential[];
  identities: { provider: string; issuer: string; subject: string; linkedAt: string }[];
}

export interface ExportedCredential {
  uuid: string;
  kind: CredentialKind;
  credentialId: string;
  name: string;
  publicKey: string;
  signCount: number;
  transports: string[];
  encryptedPrivateKey: string | null;
  createdAt: string;
  deactivatedAt: string | null;
}

/**
 * All accounts in the order of their ids, or the one; none that is to be deleted, and no key that was revoked for good. `secrets`: whether
 * verifiers, sealed secrets and the clients' own cipher texts come along.
 */
export function exportedAccounts({ id, secrets }: { id?: string; secrets: boolean }): Part<ExportedAccount> {
  const secret = sql`${secrets}::boolean`;
  return part(
    'exported',
    sql`
    SELECT a.id::text AS id, a.uuid, a.email, a.username, a.phone, a.phone_signs_in, a.first_name, a.last_name, a.password_changed_at,
      a.second_factor, a.org_id, a.tenant_id, a.language, a.created_at, a.invited_at, a.activated_at, a.disabled_at,
      m.external_id, CASE WHEN ${secret} THEN a.password_hash END AS password_hash,
      CASE WHEN ${secret} THEN t.secret_sealed END AS totp_sealed, CASE WHEN ${secret} THEN t.last_step::text END AS totp_step,
      ARRAY(SELECT jsonb_build_object('hash', b.code_hash, 'sealed', b.code_sealed, 'createdAt', b.created_at, 'usedAt', b.used_at)
        FROM backup_codes b WHERE b.account_id = a.id AND ${secret} ORDER BY b.code_hash) AS backup_codes,
      ARRAY(SELECT jsonb_build_object('uuid', c.uuid, 'kind', c.kind, 'credentialId', c.credential_id, 'name', c.name,
          'publicKey', c.public_key, 'signCount', c.sign_count, 'transports', c.transports, 'createdAt', c.created_at,
          'deactivatedAt', c.deactivated_at, 'encryptedPrivateKey', CASE WHEN ${secret} THEN c.encrypted_private_key END)
        FROM credentials c WHERE c.account_id = a.id AND (c.revoked_at IS NULL OR c.deactivated_at IS NOT NULL) ORDER BY c.id)
        AS credentials,
      ARRAY(SELECT jsonb_build_object('provider', i.provider, 'issuer', i.issuer, 'subject', i.subject, 'linkedAt', i.linked_at)
        FROM external_identities i WHERE i.account_id = a.id ORDER BY i.linked_at, i.issuer) AS identities
    FROM accounts a LEFT JOIN totp_factors t ON t.account_id = a.id
      LEFT JOIN imported_accounts m ON m.account_id = a.id
    WHERE a.deletion_due_at IS NULL AND (${id ?? null}::bigint IS NULL OR a.id = ${id ?? null}::bigint) ORDER BY a.id`,
  );
}
