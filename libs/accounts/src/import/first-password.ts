import { part, type Part, sql } from '@app/database';
import type { OfAccount } from '../held-account.js';
import type { IncomingPerson } from './incoming-person.js';

/** Gives people who were brought along without a password the one that they have elsewhere, as long as they have had none here. */
export function giveFirstPassword(incoming: Part<IncomingPerson>, now: Date): Part<OfAccount> {
  return part(
    'first_password',
    sql`
    UPDATE accounts a SET password_hash = i.password_hash, updated_at = ${now}::timestamptz
    FROM ${incoming} i JOIN imported_accounts m ON m.external_id = i.external_id
    WHERE a.id = m.account_id AND a.password_hash IS NULL AND a.password_changed_at IS NULL AND i.password_hash IS NOT NULL
    RETURNING a.id AS account_id`,
  );
}
