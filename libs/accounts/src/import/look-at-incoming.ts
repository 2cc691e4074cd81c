import { part, type Part, sql } from '@app/database';
import type { IncomingPerson } from './incoming-person.js';

/** What somebody who is brought along cannot have, because another account has it. */
export const TAKEN = ['id', 'email', 'username', 'phone', 'credential', 'identity'] as const;
export type Taken = (typeof TAKEN)[number];

export interface LookedAt {
  line: number;
  /** The account of this external id or UUID: the person is here already. */
  known: string | null;
  /** By which import and line it came. */
  known_import: string | null;
  known_line: number | null;
  taken: Taken | null;
}

/** Who of them is here already, and what of the others is another account's. A registration that nobody proved is in nobody's way. */
export function lookAtIncoming(incoming: Part<IncomingPerson>): Part<LookedAt> {
  return part(
    'looked_at',
    sql`
    SELECT i.line, coalesce(m.account_id, (SELECT a.id FROM accounts a WHERE a.uuid = i.uuid)) AS known,
      m.import_id AS known_import, m.line AS known_line,
      CASE
        WHEN EXISTS (SELECT FROM accounts a WHERE a.id = i.id) THEN 'id'
        WHEN EXISTS (SELECT FROM accounts a WHERE a.email = ANY(i.emails) AND (i.activated_at IS NULL OR a.activated_at IS NOT NULL
          OR a.invited_at IS NOT NULL OR EXISTS (SELECT FROM imported_accounts o WHERE o.account_id = a.id))) THEN 'email'
        WHEN EXISTS (SELECT FROM accounts a WHERE a.username = i.username) THEN 'username'
        WHEN EXISTS (SELECT FROM accounts a WHERE a.phone = i.phone) THEN 'phone'
        WHEN i.credentials IS NOT NULL AND EXISTS (
          SELECT FROM jsonb_to_recordset(i.credentials) AS n (uuid uuid, kind text, credential_id text)
          WHERE EXISTS (SELECT FROM credentials c WHERE c.uuid = n.uuid) OR (n.kind = 'Fido2' AND EXISTS (
            SELECT FROM credentials c WHERE c.credential_id = n.credential_id AND c.revoked_at IS NULL AND c.kind = 'Fido2')))
          THEN 'credential'
        WHEN i.identities IS NOT NULL AND EXISTS (
          SELECT FROM jsonb_to_recordset(i.identities) AS n (issuer text, subject text)
          WHERE EXISTS (SELECT FROM external_identities x WHERE x.issuer = n.issuer AND x.subject = n.subject)) THEN 'identity'
      END AS taken
    FROM ${incoming} i LEFT JOIN imported_accounts m ON m.external_id = i.external_id`,
  );
}

/** Those who are neither here nor in anybody's place, if it is the turn of their batch. */
export function welcome(
  incoming: Part<IncomingPerson>,
  looked: Part<LookedAt>,
  turn: Part,
): Part<IncomingPerson> {
  return part(
    'welcome',
    sql`
    SELECT i.* FROM ${incoming} i JOIN ${looked} l USING (line)
    WHERE l.known IS NULL AND l.taken IS NULL AND EXISTS (SELECT FROM ${turn})`,
  );
}
