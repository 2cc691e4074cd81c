import { part, type Part, sql } from '@app/database';
import type { CredentialKind } from '../credentials/credential.entity.js';
import type { SecondFactor } from '../account.entity.js';

/** Somebody who is brought along, as rows to be: read, normalised and sealed. Instants are ISO 8601. */
export interface IncomingPerson {
  /** Of the file; of one batch no two are alike. */
  line: number;
  id: string;
  uuid: string;
  external_id: string | null;
  email: string | null;
  /** How accounts may have that mailbox (`identifyAs`); null without one. */
  emails: readonly string[] | null;
  username: string | null;
  phone: string | null;
  phone_signs_in: boolean;
  first_name: string | null;
  last_name: string | null;
  password_hash: string | null;
  password_changed_at: string | null;
  second_factor: SecondFactor;
  org_id: string | null;
  tenant_id: string | null;
  language: string;
  created_at: string;
  invited_at: string | null;
  activated_at: string | null;
  disabled_at: string | null;
  totp_sealed: string | null;
  totp_step: number;
  /** Null where there are none, so that nothing is looked for. */
  backup_codes: IncomingCode[] | null;
  credentials: IncomingCredential[] | null;
  identities: IncomingIdentity[] | null;
}

export interface IncomingCode {
  hash: string;
  sealed: string | null;
  created_at: string;
  used_at: string | null;
}

export interface IncomingCredential {
  id: string;
  uuid: string;
  kind: CredentialKind;
  credential_id: string;
  name: string;
  public_key: string;
  sign_count: number;
  transports: string[];
  encrypted_private_key: string | null;
  created_at: string;
  deactivated_at: string | null;
}

export interface IncomingIdentity {
  provider: string;
  issuer: string;
  subject: string;
  linked_at: string;
}

/** The people of a batch as rows of a statement. */
export function incomingPeople(people: IncomingPerson[]): Part<IncomingPerson> {
  return part(
    'incoming',
    sql`
    SELECT * FROM jsonb_to_recordset(${JSON.stringify(people)}::jsonb) AS i (line integer, id bigint, uuid uuid, external_id text,
      email text, emails text[], username text, phone text, phone_signs_in boolean, first_name text, last_name text,
      password_hash text, password_changed_at timestamptz, second_factor text, org_id text, tenant_id text, language text,
      created_at timestamptz, invited_at timestamptz, activated_at timestamptz, disabled_at timestamptz,
      totp_sealed text, totp_step bigint, backup_codes jsonb, credentials jsonb, identities jsonb)`,
  );
}
