import { sql, raw, type Sql } from '@app/database';
import type { Call } from '@app/kernel';

/** Part: closes what is open of the browser attempt in part `from` (`id`): a new code takes its place. */
export function supersedeBrowserAttempt({ now }: Call, from: string): Sql {
  return sql`
    UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${raw(from)} f
    WHERE a.browser_attempt_id = f.id AND a.kind <> 'totp' AND a.status = 'open' RETURNING a.id`;
}
