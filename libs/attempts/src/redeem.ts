import { after, empty, part, type Part, sql, type Sql } from '@app/database';
import type {
  AttemptFactor,
  AttemptKind,
  AttemptMethod,
  AttemptPurpose,
  AttemptStatus,
} from './attempt.entity.js';
import { isAllowed } from './conditions.js';
import { ENDED, GUESSED, SETTLED } from './tallies.js';

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

/** The verdict about one guess. */
export interface GuessVerdict {
  outcome: RedeemOutcome;
  kind: AttemptKind | null;
  method: AttemptMethod | null;
  attempt_id: string | null;
  account_id: string | null;
  session_id: string | null;
  /** Of the attempt: what is made on the strength of the guess carries it. */
  security_stamp: number | null;
}

/** The attempt that a guess is about. */
export interface Target {
  id: string;
  subject: string;
  factor: AttemptFactor;
  kind: AttemptKind;
  method: AttemptMethod;
  status: AttemptStatus;
  expires_at: Date;
  account_id: string | null;
  session_id: string | null;
  security_stamp: number;
  /** Whether no event at its account has ended it. */
  allowed: boolean;
}

/** The guesses of its subject that were wrong. */
export interface Budget {
  subject: string;
  factor: AttemptFactor;
  spent: number;
  refills_at: Date | null;
}

/** A type and not an interface, so that it is a record of parts too. */
export type Redemption = {
  target: Part<Target>;
  budget: Part<Budget>;
  guess: Part<{
    id: string;
    subject: string;
    factor: AttemptFactor;
    purpose: AttemptPurpose;
    status: AttemptStatus;
  }>;
  settled: Part<{ spent: number }>;
  superseded: Part<{ id: string }>;
  verdict: Part<GuessVerdict>;
};

export interface Guess {
  purpose: AttemptPurpose;
  kind: AttemptKind;
  /** Condition on attempt `a` that names it, such as `a.session_id = (SELECT id FROM pending)`. */
  of: Sql;
  /** Condition on attempt `a` that is true for the right answer and never null. */
  right: Sql;
  /** Locks the account of the target, where the statement goes on to change or to hold that. */
  holds?: (target: Part<Target>) => Part;
  /** It is too long to be guessed, so that no budget has to guard it; its own tries do. */
  unguessable?: boolean;
  /** Condition on attempt `a`, never null: this guess is looked at even when those of its subject are spent. */
  spare: Sql;
  /** Wrong guesses a subject has in `budgetSeconds`; only guessable kinds are held to it. */
  budget: number;
  budgetRefillsAt: Date;
  now: Date;
  /** In which it is made. */
  protocol: string;
}

/**
 * The only door: parts that check one guess and end in `verdict`, which always has one row.
 *
 * - `holds` locks the account before all else, as everywhere: in the other order two statements would wait for each other.
 * - `budget` locks the subject's row then, so all guesses at one account stand in one line, whatever attempt,
 *   protocol or process they come from, and the budget is exact.
 * - `guess` is the guarded update. Postgres checks its WHERE again on the newest version of the attempt, so of
 *   any number of right answers one wins, and a wrong one is counted where it is checked: no crash, roll-back or
 *   parallel call gives a free guess.
 * - `settled` writes the budget: a wrong guess spends, a success refills.
 * - `superseded` closes what else is open for the same subject and purpose.
 */
export function redeemParts(guess: Guess): Redemption {
  const { now } = guess;
  const target: Redemption['target'] = part(
    'target',
    sql`
      SELECT a.id, a.subject, a.factor, a.kind, a.method, a.status, a.expires_at, a.account_id, a.session_id,
        a.security_stamp, ${isAllowed('a')} AS allowed FROM attempts a
      WHERE ${guess.of} AND a.purpose = ${guess.purpose} ORDER BY a.id DESC LIMIT 1`,
  );
  const budget: Redemption['budget'] = part(
    'budget',
    sql`
      SELECT b.subject, b.factor, CASE WHEN b.refills_at <= ${now}::timestamptz THEN 0 ELSE b.spent END AS spent,
        CASE WHEN b.refills_at > ${now}::timestamptz THEN b.refills_at END AS refills_at
      FROM guess_budgets b JOIN ${target} t USING (subject, factor)${guess.holds ? sql` CROSS JOIN ${after(guess.holds(target))}` : empty}
      FOR UPDATE OF b`,
  );
  const checked = check(guess, target, budget);
  return {
    target,
    budget,
    guess: checked,
    settled: settle(guess, checked, budget),
    superseded: part(
      'superseded',
      sql`
      UPDATE attempts o SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${checked} g
      WHERE g.status = 'consumed' AND o.subject = g.subject AND o.purpose = g.purpose AND o.status = 'open'
        AND o.id <> g.id RETURNING o.id, o.purpose, o.method, o.status`,
      ENDED,
    ),
    verdict: conclude(guess, target, budget, checked),
  };
}

function check(
  guess: Guess,
  target: Redemption['target'],
  budget: Redemption['budget'],
): Redemption['guess'] {
  const { now } = guess;
  // An attempt with nobody behind it, neither account nor sign-up, counts wrong guesses like any other and has no right one.
  const right = sql`(coalesce(a.account_id, a.sign_up_id) IS NOT NULL AND ${guess.right})`;
  const budgeted = guess.unguessable
    ? sql`true`
    : sql`(a.kind = 'link' OR b.spent < ${guess.budget}::int OR ${guess.spare})`;
  return part(
    'guess',
    sql`
      UPDATE attempts a SET
        status = CASE WHEN ${right} THEN 'consumed' WHEN a.tries_left = 1 THEN 'exhausted' ELSE 'open' END,
        tries_left = CASE WHEN ${right} THEN a.tries_left ELSE a.tries_left - 1 END,
        closed_at = CASE WHEN ${right} OR a.tries_left = 1 THEN ${now}::timestamptz END
      FROM ${target} t JOIN ${budget} b USING (subject, factor)
      WHERE a.id = t.id AND a.kind = ${guess.kind} AND a.status = 'open' AND a.expires_at > ${now}::timestamptz
        AND a.tries_left > 0 AND t.allowed AND ${budgeted}
      RETURNING a.id, a.subject, a.factor, a.purpose, a.method, a.status`,
    ENDED,
  );
}

function settle(
  guess: Guess,
  checked: Redemption['guess'],
  budget: Redemption['budget'],
): Redemption['settled'] {
  // A wrong signature is no guess at a code: it must not use up the guesses its owner has.
  const counted = guess.kind === 'challenge' && guess.unguessable ? sql`g.status = 'consumed'` : sql`true`;
  return part(
    'settled',
    sql`
      UPDATE guess_budgets b SET
        spent = CASE WHEN g.status = 'consumed' THEN 0 ELSE l.spent + 1 END,
        refills_at = CASE WHEN g.status <> 'consumed' THEN coalesce(l.refills_at, ${guess.budgetRefillsAt}::timestamptz) END
      FROM ${checked} g JOIN ${budget} l USING (subject, factor)
      WHERE b.subject = g.subject AND b.factor = g.factor AND ${counted}
      RETURNING b.spent, b.factor, b.spent >= ${guess.budget}::int AS used_up`,
    SETTLED,
  );
}

function conclude(
  guess: Guess,
  target: Redemption['target'],
  budget: Redemption['budget'],
  checked: Redemption['guess'],
): Redemption['verdict'] {
  return part(
    'verdict',
    sql`
      SELECT t.kind, t.method, t.id AS attempt_id, t.account_id, t.session_id, t.security_stamp, ${guess.protocol}::text AS protocol, CASE
        WHEN g.status = 'consumed' THEN 'redeemed' WHEN g.id IS NOT NULL THEN 'wrong' WHEN t.id IS NULL THEN 'absent'
        WHEN t.status <> 'open' THEN t.status WHEN NOT t.allowed THEN 'superseded'
        WHEN t.expires_at <= ${guess.now}::timestamptz THEN 'expired'
        WHEN t.kind <> ${guess.kind} THEN 'other_kind' WHEN b.spent >= ${guess.budget}::int THEN 'budget_spent'
        ELSE 'closed' END AS outcome
      FROM (VALUES (1)) one LEFT JOIN ${target} t ON true LEFT JOIN ${budget} b ON true LEFT JOIN ${checked} g ON true`,
    GUESSED,
  );
}
