import { sql, type Sql } from '@app/database';
import { firstIdAt } from '@app/kernel';
import { DID_NOTHING } from './refusals.js';

/** Why somebody did not get what they asked for: what statements decided, and what was refused before any. */
const FAILED = [
  ...DID_NOTHING,
  ...['wrong', 'locked', 'disabled', 'ended'],
  ...['too_many_requests', 'login_locked', 'guesses_spent', 'credentials_wrong', 'account_disabled'],
  ...['session_not_found', 'credential_malformed', 'not_permitted', 'origin_refused', 'proof_stale'],
];
const SPENT = 'budget_spent';

/** `hour`: when it began. */
export interface FailuresOfHour {
  hour: Date;
  reason: string;
  times: string;
}

/** What failed since that moment, by hours in UTC and by why. Read by ids, which are in the order of time. */
export function failuresByHour(since: Date): Sql {
  return sql`
    SELECT date_trunc('hour', at, 'UTC') AS hour, outcome AS reason, sum(1 + repeated) AS times FROM audit_events
    WHERE id >= ${firstIdAt(since)}::bigint AND at >= ${since}::timestamptz AND outcome = ANY(${FAILED}::text[])
    GROUP BY 1, 2 ORDER BY 1, 2`;
}

/** How many accounts were refused a guess since that moment because they had had too many wrong ones. */
export function accountsOutOfGuesses(since: Date): Sql {
  return sql`
    SELECT count(DISTINCT account_id) AS accounts FROM audit_events
    WHERE id >= ${firstIdAt(since)}::bigint AND at >= ${since}::timestamptz AND outcome = ${SPENT}`;
}
