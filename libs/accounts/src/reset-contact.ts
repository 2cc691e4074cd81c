import { part, type Part, sql } from '@app/database';
import type { HeldAccount, MaybeOfAccount } from './held-account.js';

/** Where the link to a new password goes. */
export interface ResetContact extends HeldAccount {
  email: string | null;
  phone: string | null;
  language: string;
  /** Null where nothing but the channel of the second factor is known of its owner. */
  way: 'email' | 'sms' | null;
}

/**
 * A new password is a first factor, so the link to it never goes to the channel of the second one: whoever has that channel would have
 * both. Where the mailbox is the second factor it goes to a phone that its owner has proven, or an operator gave. `texts`: whether
 * anything carries them.
 */
export function resetContact(from: Part<MaybeOfAccount>, texts: boolean): Part<ResetContact> {
  return part(
    'contact',
    sql`
    SELECT a.id AS account_id, a.security_stamp, a.email, a.phone, a.language,
      CASE WHEN a.second_factor <> 'email' THEN 'email' WHEN a.phone_signs_in AND ${texts}::boolean THEN 'sms' END AS way
    FROM accounts a JOIN ${from} f ON f.account_id = a.id`,
  );
}
