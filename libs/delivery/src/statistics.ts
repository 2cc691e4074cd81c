import { sql, type Sql } from '@app/database';
import { firstIdAt } from '@app/kernel';
import type { Channel, MessageState } from './message.js';

/** `hour`: in which they were asked for. */
export interface MessagesOfHour {
  hour: Date;
  channel: Channel;
  state: MessageState;
  times: string;
}

/** What has become of the messages since that moment, by hours in UTC. Read by ids, which are in the order of time. */
export function messagesByHour(since: Date): Sql {
  return sql`
    SELECT date_trunc('hour', created_at, 'UTC') AS hour, channel, state, count(*) AS times FROM messages
    WHERE id >= ${firstIdAt(since)}::bigint AND created_at >= ${since}::timestamptz
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;
}
