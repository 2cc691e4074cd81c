import { part, type Part, sql } from '@app/database';
import { fatesAt, type Credential, type RequestContext, type StampEvent } from '@app/kernel';
import { revokeCredentials } from './credentials/credentials.js';
import { endRecoveries } from './credentials/pending-recoveries.js';
import type { OfAccount } from './held-account.js';
import { dropBackupCodes } from './second-factors/backup-codes.js';

/** What has a row of its own; the rest stands in the account's, and ends in the UPDATE that raises its stamp. */
type Kept = Exclude<Credential, 'password' | 'phone' | 'names'>;

type Ends = (event: StampEvent, call: Pick<RequestContext, 'now'>, from: Part<OfAccount>) => Part;

const ENDS: Record<Kept, Ends> = {
  authenticator: (_event, _call, from) =>
    part(
      'authenticator_dropped',
      sql`DELETE FROM totp_factors t USING ${from} f WHERE t.account_id = f.account_id RETURNING t.account_id`,
    ),
  set_up: (_event, _call, from) =>
    part(
      'setup_dropped',
      sql`DELETE FROM factor_setups u USING ${from} f WHERE u.account_id = f.account_id RETURNING u.account_id`,
    ),
  backup_codes: (_event, _call, from) => dropBackupCodes(from),
  key: (_event, call, from) => revokeCredentials(call, from),
  identity: (_event, _call, from) =>
    part(
      'identities_dropped',
      sql`DELETE FROM external_identities i USING ${from} f WHERE i.account_id = f.account_id RETURNING i.account_id`,
    ),
  pending_recovery: (event, call, from) => endRecoveries(call, event, from),
};

/**
 * Takes away what the event ends of the account's credentials. `brings`: what the statement itself has put in the place of these, or
 * ended; a row can be written once.
 */
export function endCredentialsAt(
  event: StampEvent,
  call: Pick<RequestContext, 'now'>,
  from: Part<OfAccount>,
  brings: readonly Credential[] = [],
): Part[] {
  const fates = fatesAt(event);
  const ending = (Object.keys(ENDS) as Kept[]).filter((kept) => fates[kept] === 'ends');
  return ending.filter((kept) => !brings.includes(kept)).map((kept) => ENDS[kept](event, call, from));
}
