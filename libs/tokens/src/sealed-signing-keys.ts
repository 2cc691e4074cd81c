import { resealedRows, sql, type Query, type Resting, type SealedRow, type SealedRows } from '@app/database';
import { SIGNING_KEY_LABEL } from './signing-key.js';

const WHAT = 'signing keys';

export const sealedSigningKeys: SealedRows = {
  what: WHAT,
  page: (makerId, after, size): Query<SealedRow> => sql`
    SELECT kid AS id, private_key_sealed AS sealed FROM signing_keys
    WHERE split_part(private_key_sealed, '.', 1) <> ${makerId} AND kid > ${after} ORDER BY kid LIMIT ${size}`,
  reseal: (ring, { id, sealed }) => ring.reseal(SIGNING_KEY_LABEL, id, sealed),
  store: (rows) => sql`
    UPDATE signing_keys k SET private_key_sealed = n.resealed FROM ${resealedRows(rows)}
    WHERE k.kid = n.id AND k.private_key_sealed = n.sealed RETURNING k.kid`,
};

/** What of it rests under which key. */
export const restingSigningKeys = (): Query<Resting> => sql`
  SELECT ${WHAT} AS what, split_part(private_key_sealed, '.', 1) AS key_id, count(*) FROM signing_keys GROUP BY 2`;
