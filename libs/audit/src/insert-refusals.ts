import { sql, type Sql } from '@app/database';
import { dayOf, sharedKey } from './refusals.js';

/** Calls that were refused alike in a minute: the first of them, and how many came after it. */
export interface Refusal {
  at: Date;
  minute: number;
  event: string;
  outcome: string;
  protocol: string;
  network: string;
  client_address: string | null;
  user_agent: string | null;
  request_id: string | null;
  repeated: number;
}

/** Records them in one statement; those that are in the log already, from here or from another replica, are counted there. */
export function insertRefusals(refusals: Refusal[], nextId: () => string): Sql {
  const rows = refusals.map(({ network, minute, ...row }) => ({
    ...row,
    // Of now and not of the call: whoever reads the log in the order of ids has not passed it yet.
    id: nextId(),
    prefix: `r${dayOf(row.at)}`,
    shared: sharedKey(minute, network, row.protocol, row.event),
  }));
  return sql`
    INSERT INTO audit_events AS e (id, at, event, outcome, protocol, client_address, user_agent, request_id, repeated, repeat_key)
    SELECT r.id, r.at, r.event, r.outcome, r.protocol, r.client_address, r.user_agent, r.request_id, r.repeated,
      r.prefix || md5(concat_ws(' ', r.shared, r.outcome, 0, 0, 0))
    FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS r(id bigint, at timestamptz, event text, outcome text, protocol text,
      client_address text, user_agent text, request_id text, repeated integer, prefix text, shared text)
    ORDER BY r.id
    ON CONFLICT (repeat_key) WHERE repeat_key IS NOT NULL DO UPDATE SET repeated = e.repeated + 1 + excluded.repeated`;
}
