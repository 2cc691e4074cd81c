import { type Parts, type Sql, sql } from '@app/database';
import type { AttemptKind, AttemptPurpose } from './attempt.entity.js';
import { isAllowed } from './is-allowed.js';

/** How a guess ended. Protocols say less than this; the audit log says it all. */
export type RedeemOutcome =
  | 'redeemed'
  | 'wrong'
  | 'absent'
  | 'consumed'
  | 'superseded'
  | 'exhausted'
  | 'expired'
  | 'budget_spent'
  | 'other_kind'
  | 'closed';

export interface Guess {
  purpose: AttemptPurpose;
  kind: AttemptKind;
  /** Condition on attempt `a` that names it, such as `a.session_id = (SELECT id FROM pending)`. */
  of: Sql;
  /** Condition on attempt `a` that is true for the right answer and never null. */
  right: Sql;
  /** It is too long to be guessed, so that no budget has to guard it; its own tries do. */
  unguessable?: boolean;
  /** Wrong guesses a subject has in `budgetSeconds`; only guessable kinds are held to it. */
  budget: number;
  budgetRefillsAt: Date;
  now: Date;
}

/**
 * The only door: parts that check one guess and end in part `verdict`, always one row of
 * `{outcome, kind, method, attempt_id, account_id, session_id, security_stamp}`.
 *
 * - `budget` locks the subject's row first, so all guesses at one account stand in one line, whatever attempt,
 *   protocol or process they come from, and the budget is exact.
 * - `guess` is the guarded update. Postgres checks its WHERE again on the newest version of the attempt, so of
 *   any number of right answers one wins, and a wrong one is counted where it is checked: no crash, roll-back or
 *   parallel call gives a free guess.
 * - `settled` writes the budget: a wrong guess spends, a success refills.
 * - `superseded` closes what else is open for the same subject and purpose.
 */
export function redeemParts(guess: Guess): Parts {
  const { now, budget } = guess;
  // An attempt with nobody behind it, neither account nor sign-up, counts wrong guesses like any other and has no right one.
  const right = sql`(coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ${guess.right})`;
  const budgeted = guess.unguessable ? sql`true` : sql`(a.kind = 'link' OR b.spent < ${budget}::int)`;
  // A wrong signature is no guess at a code: it must not use up the guesses its owner has.
  const counted = guess.kind === 'challenge' && guess.unguessable ? sql`g.status = 'consumed'` : sql`true`;
  return {
    target: sql`
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, ${isAllowed('a')} AS allowed FROM attempts a
      WHERE ${guess.of} AND a.purpose = ${guess.purpose} ORDER BY a.id DESC LIMIT 1`,
    budget: sql`
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= ${now}::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > ${now}::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN target t USING (subject, factor) FOR UPDATE OF b`,
    guess: sql`
      UPDATE attempts a SET
        status = CASE WHEN ${right} THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN ${right} THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN ${right} OR a.tries_left = 1 THEN ${now}::timestamptz END
      FROM target t JOIN budget b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = ${guess.kind} AND a.status = 'open' AND a.expires_at > ${now}::timestamptz
        AND a.tries_left > 0 AND t.allowed AND ${budgeted}
      RETURNING a.id, a.subject, a.factor, a.purpose, a.status`,
    settled: sql`
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, ${guess.budgetRefillsAt}::timestamptz) END
      FROM guess g JOIN budget l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND ${counted} RETURNING b.spent`,
    superseded: sql`
      UPDATE attempts o SET status = 'superseded', closed_at = ${now}::timestamptz FROM guess g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id`,
    verdict: sql`
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded' WHEN t.expires_at <= ${now}::timestamptz THEN 'expired'
        WHEN t.kind <> ${guess.kind} THEN 'other_kind' WHEN b.spent >= ${budget}::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN target t ON true LEFT JOIN budget b ON true LEFT JOIN guess g ON true`,
  };
}
