import { part, type Part, sql } from '@app/database';
import type { HeldAccount, MaybeOfAccount } from './held-account.js';

/**
 * Condition on account `x`. What somebody registered is claimed, whatever they left there. Else the mailbox is not the second
 * factor too, and one that an operator asked for has to be there to be asked for: its owner sets it up with the invitation.
 */
const MAY_ENTER = sql`(CASE
  WHEN x.activated_at IS NULL AND x.invited_at IS NULL THEN true
  WHEN x.activated_at IS NOT NULL THEN x.second_factor <> 'email'
  ELSE x.second_factor = 'none' OR (x.second_factor = 'sms' AND x.phone IS NOT NULL)
    OR (x.second_factor = 'totp' AND EXISTS (SELECT FROM totp_factors t WHERE t.account_id = x.id)) END)`;

/** Who has proven a mailbox, and what the session of that waits for. */
export interface MailboxOwner extends HeldAccount {
  subject: string;
  session_id: null;
  stage: 'signed_in' | 'pending';
}

/**
 * The account of a redeemed attempt whose mailbox was thereby proven, held alone. No row where the mailbox may not be entered by:
 * one mailbox is never two factors.
 */
export function mailboxOwner(
  verdict: Part<MaybeOfAccount & { outcome: string; security_stamp: number | null }>,
): Part<MailboxOwner> {
  return part(
    'owner',
    sql`
    SELECT x.id AS account_id, x.id::text AS subject, NULL::bigint AS session_id, x.security_stamp,
      CASE WHEN x.second_factor = 'none' OR (x.activated_at IS NULL AND x.invited_at IS NULL) THEN 'signed_in'
        ELSE 'pending' END AS stage
    FROM ${verdict} v JOIN accounts x ON x.id = v.account_id
    WHERE v.outcome = 'redeemed' AND x.disabled_at IS NULL AND x.security_stamp <= v.security_stamp AND ${MAY_ENTER}
    FOR NO KEY UPDATE OF x`,
  );
}
