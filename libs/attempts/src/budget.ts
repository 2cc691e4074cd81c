import { part, type Part, sql } from '@app/database';

/** Gives the account its guesses back, of both factors: what an operator's `unlock` does. */
export function refillBudget(accountId: string): Part<{ subject: string }> {
  return part(
    'refilled',
    sql`
    UPDATE guess_budgets SET spent = 0, refills_at = NULL WHERE subject = ${accountId}::text RETURNING subject`,
  );
}
