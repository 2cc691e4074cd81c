import { part, type Part, sql } from '@app/database';
import type { OfAccount } from '../held-account.js';
import type { IncomingPerson } from './incoming-person.js';

/**
 * Makes the accounts of people and all that they have, in one statement with the rest: nobody comes without their keys. What another call
 * has taken since it was looked at violates its constraint, and with that the whole statement is undone.
 */
export function bringAlong(
  people: Part<IncomingPerson>,
  { now, importId }: { now: Date; importId: string | null },
): { accounts: Part<OfAccount> } & Record<string, Part<OfAccount>> {
  const accounts = part<OfAccount>(
    'accounts_made',
    sql`
      INSERT INTO accounts (id, uuid, email, username, phone, phone_signs_in, first_name, last_name, password_hash, password_changed_at,
        second_factor, org_id, tenant_id, language, created_at, invited_at, activated_at, disabled_at, updated_at)
      SELECT id, uuid, email, username, phone, phone_signs_in, first_name, last_name, password_hash, password_changed_at,
        second_factor, org_id, tenant_id, language, created_at, invited_at, activated_at, disabled_at, ${now}::timestamptz
      FROM ${people} RETURNING id AS account_id`,
  );
  const origins = part<OfAccount>(
    'origins_noted',
    sql`
      INSERT INTO imported_accounts (account_id, external_id, import_id, line, imported_at)
      SELECT id, external_id, ${importId}::bigint, CASE WHEN ${importId}::bigint IS NOT NULL THEN line END, ${now}::timestamptz
      FROM ${people} RETURNING account_id`,
  );
  return { accounts, origins, ...secondFactors(people), ...waysIn(people) };
}

function secondFactors(people: Part<IncomingPerson>) {
  return {
    authenticators: part<OfAccount>(
      'authenticators_made',
      sql`
      INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
      SELECT id, totp_sealed, totp_step, created_at FROM ${people} WHERE totp_sealed IS NOT NULL RETURNING account_id`,
    ),
    codes: part<OfAccount>(
      'backup_codes_made',
      sql`
      INSERT INTO backup_codes (account_id, code_hash, code_sealed, created_at, used_at)
      SELECT p.id, n.hash, n.sealed, n.created_at, n.used_at FROM ${people} p, jsonb_to_recordset(p.backup_codes) AS n (hash text,
        sealed text, created_at timestamptz, used_at timestamptz) WHERE p.backup_codes IS NOT NULL RETURNING account_id`,
    ),
  };
}

function waysIn(people: Part<IncomingPerson>) {
  return {
    credentials: part<OfAccount>(
      'credentials_made',
      sql`
      INSERT INTO credentials (id, uuid, account_id, kind, credential_id, name, public_key, sign_count, transports,
        encrypted_private_key, created_at, deactivated_at, revoked_at)
      SELECT n.id, n.uuid, p.id, n.kind, n.credential_id, n.name, n.public_key, n.sign_count, n.transports,
        n.encrypted_private_key, n.created_at, n.deactivated_at, n.deactivated_at
      FROM ${people} p, jsonb_to_recordset(p.credentials) AS n (id bigint, uuid uuid, kind text, credential_id text, name text,
        public_key text, sign_count bigint, transports text[], encrypted_private_key text, created_at timestamptz,
        deactivated_at timestamptz) WHERE p.credentials IS NOT NULL RETURNING account_id`,
    ),
    identities: part<OfAccount>(
      'identities_made',
      sql`
      INSERT INTO external_identities (issuer, subject, account_id, provider, linked_at)
      SELECT n.issuer, n.subject, p.id, n.provider, n.linked_at FROM ${people} p, jsonb_to_recordset(p.identities) AS n (issuer text,
        subject text, provider text, linked_at timestamptz) WHERE p.identities IS NOT NULL RETURNING account_id`,
    ),
  };
}
