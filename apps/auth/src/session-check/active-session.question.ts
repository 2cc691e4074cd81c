import { withAccount } from '@app/accounts';
import type { Config } from '@app/config';
import { part, type Part, sql } from '@app/database';
import { sessionShown, type ShownCredentials } from '@app/sessions';

/** A signed-in session and whose it is, as it travels beside the limits: without 64-bit columns, timestamps as ISO strings. */
export interface ActiveRow {
  sid: string;
  uuid: string;
  protocol: string;
  amr: { method: string }[];
  signed_in_at: string;
  issued_at: string;
  expires_at: string;
}

/** What credentials are good for, of an account that is not disabled. */
export function activeSession(shown: ShownCredentials, now: Date, { refresh }: Config): Part<ActiveRow> {
  return part(
    'active',
    sql`
    SELECT f.session_id::text AS sid, f.uuid, f.protocol, f.amr, f.signed_in_at, f.issued_at, f.expires_at
    FROM ${withAccount({ now }, sessionShown(shown, now, refresh.graceSeconds))} f`,
  );
}
