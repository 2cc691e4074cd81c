import { sql, type Sql } from '@app/database';

/** Part: gives the account its guesses back, of both factors: what an operator's `unlock` does. */
export function refillBudget(accountId: string): Sql {
  return sql`
    UPDATE guess_budgets SET spent = 0, refills_at = NULL WHERE subject = ${accountId}::text RETURNING subject`;
}
