import { resealedRows, sql, type Query, type Resting, type SealedRow, type SealedRows } from '@app/database';
import { TOTP_LABEL } from '../totp-factors.js';
import { BACKUP_CODE_LABEL } from './backup-codes.js';

const AUTHENTICATORS = 'authenticators';
const KEPT_CODES = 'backup codes that their owners can read again';

export const sealedAuthenticators: SealedRows = {
  what: AUTHENTICATORS,
  page: (makerId, after, size): Query<SealedRow> => sql`
    SELECT account_id AS id, secret_sealed AS sealed FROM totp_factors
    WHERE split_part(secret_sealed, '.', 1) <> ${makerId} AND account_id > (${after || '0'})::bigint
    ORDER BY account_id LIMIT ${size}`,
  reseal: (ring, { id, sealed }) => ring.reseal(TOTP_LABEL, id, sealed),
  store: (rows) => sql`
    UPDATE totp_factors t SET secret_sealed = n.resealed FROM ${resealedRows(rows)}
    WHERE t.account_id = n.id::bigint AND t.secret_sealed = n.sealed RETURNING t.account_id`,
};

/** Their keyed hashes stay under the key that made them: it is the sealed code that tells the owner, and the hash that checks. */
export const sealedBackupCodes: SealedRows = {
  what: KEPT_CODES,
  page: (makerId, after, size): Query<SealedRow> => sql`
    SELECT b.account_id || ' ' || b.code_hash AS id, b.code_sealed AS sealed FROM backup_codes b
    WHERE split_part(b.code_sealed, '.', 1) <> ${makerId} AND b.account_id || ' ' || b.code_hash > ${after}
    ORDER BY 1 LIMIT ${size}`,
  reseal: (ring, { id, sealed }) => ring.reseal(BACKUP_CODE_LABEL, id.split(' ')[0] as string, sealed),
  store: (rows) => sql`
    UPDATE backup_codes b SET code_sealed = n.resealed FROM ${resealedRows(rows)}
    WHERE b.account_id = split_part(n.id, ' ', 1)::bigint AND b.code_hash = split_part(n.id, ' ', 2)
      AND b.code_sealed = n.sealed RETURNING b.account_id`,
};

/** What of it rests under which key. */
export const restingSecrets = (): Query<Resting> => sql`
  SELECT ${AUTHENTICATORS} AS what, split_part(secret_sealed, '.', 1) AS key_id, count(*) FROM totp_factors GROUP BY 2
  UNION ALL
  SELECT ${KEPT_CODES}, split_part(code_sealed, '.', 1), count(*) FROM backup_codes WHERE code_sealed IS NOT NULL GROUP BY 2`;

/** Unused backup codes, by when they were made: a keyed hash does not say under which key. */
export const unusedBackupCodes = (before: Date): Query<{ count: string }> => sql`
  SELECT count(*) FROM backup_codes WHERE used_at IS NULL AND created_at < ${before}::timestamptz`;
