import { part, type Part, sql } from '@app/database';

/** Gives the account its guesses back, of both factors: what an operator's `unlock` does. */
export function refillBudget(accountId: string): Part<{ subject: string }> {
  return part(
    'refilled',
    sql`
    UPDATE guess_budgets SET spent = 0, refills_at = NULL WHERE subject = ${accountId}::text RETURNING subject`,
  );
}

/** The budgets of accounts that are locked, locked as well: whoever has one redeems an attempt, and is waited for. */
export function lockedBudgets(of: Part<{ account_id: string }>): Part<{ subject: string }> {
  return part(
    'locked_budgets',
    sql`
    SELECT b.subject FROM guess_budgets b WHERE b.subject IN (SELECT account_id::text FROM ${of})
    ORDER BY b.subject, b.factor FOR UPDATE`,
  );
}
