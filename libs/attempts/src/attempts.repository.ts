import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { type Parts, raw, type Sql, sql } from '@app/database';
import { KeyRing, plusSeconds, type Call } from '@app/kernel';
import type { AttemptFactor, AttemptKind, AttemptMethod, AttemptPurpose } from './attempt.entity.js';
import { redeemParts } from './redeem.js';

export interface NewAttempt {
  id: string;
  purpose: AttemptPurpose;
  factor: AttemptFactor;
  kind: AttemptKind;
  method: AttemptMethod;
  tries: number;
  expiresAt: Date;
  /** The secret and what it is bound to; none for an authenticator. `binding` must be known again at `redeem`. */
  secret?: { binding: string; value: string };
  /** The browser session in which it was begun, which attempt of it this proves, and for whose sign-up, if for one. */
  browser?: { sessionId: string; attemptId: string; signUpId?: string };
}

/** A challenge that a key has to answer. `token`: unguessable, and known to nobody but the client. */
export type NewChallenge = Pick<NewAttempt, 'purpose' | 'factor' | 'method'> & { token: string };

export interface RedeemQuestion {
  purpose: AttemptPurpose;
  /** Condition on attempt `a` that names it. */
  of: Sql;
  /** See `Guess`. */
  unguessable?: boolean;
}

const LABEL = 'attempt';
/** A link is found by its secret alone, so that is all it is bound to. */
export const LINK_BINDING = 'link';

/** The one place where secrets are put down and checked, for all flows and protocols. */
@Injectable()
export class AttemptsRepository {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  /** How long a secret made now lives and how many wrong tries it bears, by what it is for. */
  ruleOf(purpose: AttemptPurpose, now: Date): Pick<NewAttempt, 'tries' | 'expiresAt'> {
    const { tries, lifeSeconds } = this.config.attempts[purpose];
    return { tries, expiresAt: plusSeconds(now, lifeSeconds) };
  }

  /**
   * Parts that open an attempt for each row of part `from` (`subject, account_id, session_id, security_stamp`): `attempt`, and the
   * `budget_row` that `redeem` will lock. A row without an account opens one that nobody can redeem, so that an unknown
   * person is answered, counted and limited like a known one.
   */
  open({ now, protocol }: Call, attempt: NewAttempt, from: string): Parts {
    const mac = attempt.secret && this.keyRing.mac(LABEL, attempt.secret.binding, attempt.secret.value);
    return {
      attempt: sql`
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT ${attempt.id}::bigint, ${attempt.purpose}, ${attempt.factor}, ${attempt.kind}, ${attempt.method}, ${protocol},
          f.subject, f.account_id, f.session_id, ${mac?.keyId ?? null}, ${mac?.hash ?? null},
          ${attempt.tries}::smallint, ${now}::timestamptz, ${attempt.expiresAt}::timestamptz,
          ${attempt.browser?.sessionId ?? null}::bigint, ${attempt.browser?.attemptId ?? null}::bigint,
          ${attempt.browser?.signUpId ?? null}::bigint, coalesce(f.security_stamp, 0)
        FROM ${raw(from)} f RETURNING id, subject, factor, account_id, session_id, security_stamp`,
      budget_row: sql`
        INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM attempt
        ON CONFLICT DO NOTHING RETURNING subject`,
    };
  }

  /** Parts that check a code against its hash under every key of the ring; see `redeemParts`. */
  redeem(call: Call, question: RedeemQuestion, binding: string, code: string): Parts {
    const hashes = this.keyRing.macs(LABEL, binding, code);
    return this.guess(call, question, 'code', sql`(a.secret_hash = ANY(${hashes}::text[]))`);
  }

  /** Parts that check an authenticator's code; `right` says whether it is right and fresh, and is never null. */
  redeemTotp(call: Call, question: RedeemQuestion, right: Sql): Parts {
    return this.guess(call, question, 'totp', right);
  }

  /** Part: closes the open attempts of the session in part `from` (`session_id`): a new code takes their place. */
  supersede({ now }: Call, purpose: AttemptPurpose, from: string): Sql {
    return sql`
      UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${raw(from)} f
      WHERE a.session_id = f.session_id AND a.purpose = ${purpose} AND a.status = 'open' RETURNING a.id`;
  }

  /** Statement's answer: the newest attempt of the session in part `from`, whatever became of it: `{account_id, method}`. */
  latest(purpose: AttemptPurpose, from: string): Sql {
    return sql`
      SELECT a.account_id, a.method FROM attempts a JOIN ${raw(from)} f USING (session_id)
      WHERE a.purpose = ${purpose} ORDER BY a.id DESC LIMIT 1`;
  }

  /** Parts that redeem what cannot be guessed: the link whose token this is. */
  redeemLink(call: Call, purpose: AttemptPurpose, token: string): Parts {
    const hashes = this.keyRing.macs(LABEL, LINK_BINDING, token);
    const of = sql`a.kind = 'link' AND a.secret_hash = ANY(${hashes}::text[])`;
    return this.guess(call, { purpose, of }, 'link', sql`true`);
  }

  /** Parts that check a code of 16 digits: too long to be guessed, so that a spent budget cannot lock its owner out. */
  redeemLongCode(call: Call, question: RedeemQuestion, binding: string, code: string): Parts {
    const hashes = this.keyRing.macs(LABEL, binding, code);
    const right = sql`(a.secret_hash = ANY(${hashes}::text[]))`;
    return this.guess(call, { ...question, unguessable: true }, 'code', right);
  }

  /** Parts that open a challenge, to be found by its token, for each row of part `from`; see `open`. */
  openChallenge(call: Call, challenge: NewChallenge, from: string): Parts {
    const { token, ...rest } = challenge;
    const rule = this.ruleOf(challenge.purpose, call.now);
    const secret = { binding: LINK_BINDING, value: token };
    return this.open(call, { id: call.nextId(), kind: 'challenge', ...rest, ...rule, secret }, from);
  }

  /**
   * Parts that redeem the challenge whose token this is; `right` says whether it was answered, and is never null.
   * `guessable`: the answer has a part that can be guessed, such as an authenticator's code, and counts as a guess.
   */
  redeemChallenge(call: Call, purpose: AttemptPurpose, token: string, right: Sql, guessable = false): Parts {
    const question = { purpose, of: this.challenge(token), unguessable: !guessable };
    return this.guess(call, question, 'challenge', right);
  }

  /** Parts that give a challenge which was opened for nobody to the account that answered it, as that was read. */
  claimChallenge(
    { now }: Call,
    purpose: AttemptPurpose,
    token: string,
    account: { id: string; security_stamp: number },
  ): Parts {
    return {
      claimed: sql`
        UPDATE attempts a SET account_id = ${account.id}::bigint, subject = ${account.id}::text,
          security_stamp = ${account.security_stamp}::int
        WHERE ${this.challenge(token)} AND a.purpose = ${purpose} AND a.account_id IS NULL AND a.status = 'open'
          AND a.expires_at > ${now}::timestamptz RETURNING a.subject, a.factor`,
      budget_row: sql`
        INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM claimed
        ON CONFLICT DO NOTHING RETURNING subject`,
    };
  }

  /** Condition on attempt `a`: it is the challenge whose token this is. */
  challenge(token: string): Sql {
    const hashes = this.keyRing.macs(LABEL, LINK_BINDING, token);
    return sql`a.kind = 'challenge' AND a.secret_hash = ANY(${hashes}::text[])`;
  }

  /** Parts that check a secret which rests elsewhere, such as a backup code; `right` as in `redeemTotp`. */
  redeemElsewhere(call: Call, question: RedeemQuestion, kind: AttemptKind, right: Sql): Parts {
    return this.guess(call, question, kind, right);
  }

  /** Condition on attempt `a`: it is the link whose token this is. */
  link(token: string): Sql {
    const hashes = this.keyRing.macs(LABEL, LINK_BINDING, token);
    return sql`a.kind = 'link' AND a.secret_hash = ANY(${hashes}::text[])`;
  }

  /**
   * Part: this link, while it can still be redeemed and belongs to the account of part `from` (`account_id, security_stamp`), locked:
   * `{id, account_id, security_stamp}`. For
   * a proof that is needed again with the second factor: it is looked at here, and spent by `spendLinks` with the session.
   */
  holdLink({ now, protocol }: Call, purposes: AttemptPurpose[], token: string, from: string): Sql {
    return sql`
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN ${raw(from)} f USING (account_id)
      WHERE ${this.link(token)} AND a.purpose = ANY(${purposes}::text[]) AND a.protocol = ${protocol}
        AND a.status = 'open' AND a.expires_at > ${now}::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a`;
  }

  /**
   * Part: closes the codes that were sent to the account of part `from` as its second factor: they may have gone to a phone that is
   * no longer its own. Those of a session end with it; others are for the account.
   */
  supersedeSent({ now }: Call, from: string): Sql {
    return sql`
      UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM ${raw(from)} f
      WHERE a.account_id = f.account_id AND a.purpose = 'sign_in' AND a.factor = 'second' AND a.kind = 'code' AND a.status = 'open'
      RETURNING a.id`;
  }

  /** Part: ends the links of the account of part `from`: this one as used, all others as superseded. */
  spendLinks({ now }: Call, purposes: AttemptPurpose[], token: string | undefined, from: string): Sql {
    const used = token === undefined ? sql`false` : sql`(${this.link(token)})`;
    return sql`
      UPDATE attempts a SET status = CASE WHEN ${used} THEN 'consumed' ELSE 'superseded' END, closed_at = ${now}::timestamptz
      FROM ${raw(from)} f WHERE a.account_id = f.account_id AND a.kind = 'link' AND a.purpose = ANY(${purposes}::text[])
        AND a.status = 'open' RETURNING a.id`;
  }

  /**
   * Part: what is open for these purposes goes on, although an event raised the stamp of the account in part `from` (`account_id,
   * security_stamp`: the new one).
   */
  carryOver(purposes: AttemptPurpose[], from: string): Sql {
    return sql`
      UPDATE attempts a SET security_stamp = f.security_stamp FROM ${raw(from)} f
      WHERE a.account_id = f.account_id AND a.purpose = ANY(${purposes}::text[]) AND a.status = 'open'
        AND a.security_stamp = f.security_stamp - 1 RETURNING a.id`;
  }

  /** Parts that end the link whose token this is and the code of the same mail: `dismissed` (`{id, account_id, session_id}`). */
  dismiss({ now }: Call, token: string): Parts {
    return {
      target: sql`
        SELECT a.subject, a.purpose, a.browser_attempt_id FROM attempts a
        WHERE ${this.link(token)} AND a.purpose IN ('magic_link', 'sign_in')`,
      dismissed: sql`
        UPDATE attempts a SET status = 'superseded', closed_at = ${now}::timestamptz FROM target t
        WHERE a.subject = t.subject AND a.purpose = t.purpose AND a.status = 'open'
          AND a.browser_attempt_id IS NOT DISTINCT FROM t.browser_attempt_id AND (t.purpose = 'magic_link' OR t.browser_attempt_id IS NOT NULL)
        RETURNING a.id, a.account_id, a.session_id`,
    };
  }

  private guess({ now }: Call, question: RedeemQuestion, kind: AttemptKind, right: Sql): Parts {
    const { accountWrongLimit, accountWrongSeconds } = this.config.guesses;
    const budgetRefillsAt = plusSeconds(now, accountWrongSeconds);
    return redeemParts({ ...question, now, kind, right, budget: accountWrongLimit, budgetRefillsAt });
  }
}
