import { TOTP_LABEL } from '@app/accounts';
import { resealedRows, sql, type Query, type Resting, type SealedRow, type SealedRows } from '@app/database';
import { sealedFor } from './operator-sign-in.service.js';

const AUTHENTICATORS = 'authenticators of operators';

export const sealedOperators: SealedRows = {
  what: AUTHENTICATORS,
  page: (makerId, after, size): Query<SealedRow> => sql`
    SELECT id, totp_sealed AS sealed FROM operators
    WHERE split_part(totp_sealed, '.', 1) <> ${makerId} AND id > (${after || '0'})::bigint
    ORDER BY id LIMIT ${size}`,
  reseal: (ring, { id, sealed }) => ring.reseal(TOTP_LABEL, sealedFor(id), sealed),
  store: (rows) => sql`
    UPDATE operators o SET totp_sealed = n.resealed FROM ${resealedRows(rows)}
    WHERE o.id = n.id::bigint AND o.totp_sealed = n.sealed RETURNING o.id`,
};

/** What of it rests under which key. */
export const restingOperators = (): Query<Resting> => sql`
  SELECT ${AUTHENTICATORS} AS what, split_part(totp_sealed, '.', 1) AS key_id, count(*) FROM operators
  WHERE totp_sealed IS NOT NULL GROUP BY 2`;
