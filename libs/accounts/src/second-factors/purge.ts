import { sql, type Sql } from '@app/database';

/** A batch of set-ups that nobody confirmed in time. What others hold is skipped. */
export function purgeFactorSetups(now: Date, batch: number): Sql {
  return sql`
    DELETE FROM factor_setups WHERE account_id IN (
      SELECT account_id FROM factor_setups WHERE expires_at <= ${now}::timestamptz
      LIMIT ${batch}::int FOR UPDATE SKIP LOCKED) RETURNING account_id`;
}
