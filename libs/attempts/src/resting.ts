import { sql, type Query, type Resting } from '@app/database';

/** Open codes and links, by the key that can check them. */
export const restingAttempts = (now: Date): Query<Resting> => sql`
  SELECT 'codes and links that are open' AS what, key_id, count(*) FROM attempts
  WHERE status = 'open' AND expires_at > ${now}::timestamptz AND key_id IS NOT NULL GROUP BY key_id`;
