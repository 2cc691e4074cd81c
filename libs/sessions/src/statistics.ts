import { sql, type Sql } from '@app/database';
import { firstIdAt, plusSeconds } from '@app/kernel';

/** As long as a sign-in may wait for its second factor at most: its session has its id from when it began. */
const LONGEST_PENDING_SECONDS = 3600;

/** `hour`: when it began. */
export interface SignInsOfHour {
  hour: Date;
  protocol: string;
  times: string;
}

/** Sign-ins since that moment, by hours in UTC and by protocol. Read by ids, which are in the order of time. */
export function signInsByHour(since: Date): Sql {
  return sql`
    SELECT date_trunc('hour', signed_in_at, 'UTC') AS hour, protocol, count(*) AS times FROM sessions
    WHERE id >= ${firstIdAt(plusSeconds(since, -LONGEST_PENDING_SECONDS))}::bigint AND signed_in_at >= ${since}::timestamptz
    GROUP BY 1, 2 ORDER BY 1, 2`;
}
