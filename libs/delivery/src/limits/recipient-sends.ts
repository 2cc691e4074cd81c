import { part, type Part, sql } from '@app/database';
import { plusSeconds } from '@app/kernel';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;

/** What has sends counted: a recipient, or a part of one. */
export type Counted = Part<{ counted: string }>;

/**
 * Takes one of the sends that each may still have out of this share, and hands on those that had one left. Their instants are kept, so that no
 * hour and no day, wherever it begins, has more than the limit. The guard and the taking are one upsert: of many calls at
 * once exactly as many get one as are left.
 */
export function takeRecipientSend(
  now: Date,
  share: string,
  { hourly, daily }: { hourly: number; daily: number },
  from: Counted,
): Counted {
  const sinceHour = plusSeconds(now, -HOUR_SECONDS);
  const sinceDay = plusSeconds(now, -DAY_SECONDS);
  const until = plusSeconds(now, DAY_SECONDS);
  return part(
    'recipient_send',
    sql`
    INSERT INTO recipient_sends AS s (recipient, share, sent_at, counts_until)
    SELECT f.counted, ${share}, ARRAY[${now}::timestamptz], ${until}::timestamptz FROM ${from} f WHERE least(${hourly}::int, ${daily}::int) > 0
    ON CONFLICT (recipient, share) DO UPDATE SET counts_until = excluded.counts_until,
      sent_at = ARRAY(SELECT t FROM unnest(s.sent_at) t WHERE t > ${sinceDay}::timestamptz) || ${now}::timestamptz
    WHERE (SELECT count(*) < ${daily}::int AND count(*) FILTER (WHERE t > ${sinceHour}::timestamptz) < ${hourly}::int
      FROM unnest(s.sent_at) t WHERE t > ${sinceDay}::timestamptz)
    RETURNING s.recipient AS counted`,
  );
}
