import { sql, type Query, type Resting } from '@app/database';

/** Messages that wait, by the key that can open them. */
export const restingMessages = (): Query<Resting> => sql`
  SELECT 'messages that wait' AS what, split_part(facts_sealed, '.', 1) AS key_id, count(*) FROM messages
  WHERE facts_sealed IS NOT NULL GROUP BY 2`;
