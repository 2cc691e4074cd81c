import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { part, type Part, sql, type Sql } from '@app/database';
import { KeyRing, plusSeconds, type RequestContext } from '@app/kernel';
import type { AttemptFactor, AttemptKind, AttemptPurpose } from './attempt.entity.js';
import { isLive } from './conditions.js';
import { dismissLink, linkState, spendLinks, type LinkState } from './links.js';
import {
  LINK_BINDING,
  type NewAttempt,
  type NewChallenge,
  type Opened,
  type OpenedChallenge,
  type OpenedAttempt,
  type Opening,
  type RedeemQuestion,
} from './new-attempt.js';
import { redeemParts, type Redemption } from './redeem.js';
import { ENDED, OPENED } from './tallies.js';

const LABEL = 'attempt';

/** The one place where secrets are put down and checked, for all flows and protocols. */
@Injectable()
export class AttemptsRepository {
  constructor(
    private readonly keyRing: KeyRing,
    private readonly config: Config,
  ) {}

  /** How long a secret made now lives and how many wrong tries it bears, by what it is for. */
  ruleOf(purpose: keyof Config['attempts'], now: Date): Pick<NewAttempt, 'tries' | 'expiresAt'> {
    const { tries, lifeSeconds } = this.config.attempts[purpose];
    return { tries, expiresAt: plusSeconds(now, lifeSeconds) };
  }

  /**
   * Opens an attempt for each row of `from`. A row without an account opens one that nobody can redeem, so that an unknown
   * person is answered, counted and limited like a known one.
   */
  open({ now, protocol }: RequestContext, attempt: NewAttempt, from: Part<Opening>): Opened {
    const mac = attempt.secret && this.keyRing.mac(LABEL, attempt.secret.binding, attempt.secret.value);
    const opened = part<OpenedAttempt>(
      'attempt',
      sql`
        INSERT INTO attempts (id, purpose, factor, kind, method, protocol, subject, account_id, session_id, key_id, secret_hash,
          tries_left, created_at, expires_at, browser_session_id, browser_attempt_id, sign_up_id, security_stamp)
        SELECT ${attempt.id}::bigint, ${attempt.purpose}, ${attempt.factor}, ${attempt.kind}, ${attempt.method}, ${protocol},
          f.subject, f.account_id, f.session_id, ${mac?.keyId ?? null}, ${mac?.hash ?? null},
          ${attempt.tries}::smallint, ${now}::timestamptz, ${attempt.expiresAt}::timestamptz,
          ${attempt.browser?.sessionId ?? null}::bigint, ${attempt.browser?.attemptId ?? null}::bigint,
          ${attempt.browser?.signUpId ?? null}::bigint, coalesce(f.security_stamp, 0)
        FROM ${from} f RETURNING id, purpose, method, subject, factor, account_id, session_id, security_stamp`,
      OPENED,
    );
    return { attempt: opened, budget_row: budgetRow(opened) };
  }

  /** Parts that check a code against its hash under every key of the ring; see `redeemParts`. */
  redeem(call: RequestContext, question: RedeemQuestion, binding: string, code: string): Redemption {
    const hashes = this.keyRing.macs(LABEL, binding, code);
    return this.guess(call, question, 'code', sql`(a.secret_hash = ANY(${hashes}::text[]))`);
  }

  /** Parts that check an authenticator's code; `right` says whether it is right and fresh, and is never null. */
  redeemTotp(call: RequestContext, question: RedeemQuestion, right: Sql): Redemption {
    return this.guess(call, question, 'totp', right);
  }

  /** Parts that redeem what cannot be guessed: the link whose token this is. */
  redeemLink(
    call: RequestContext,
    purpose: AttemptPurpose,
    token: string,
    holds?: RedeemQuestion['holds'],
  ): Redemption {
    return this.guess(call, { purpose, of: this.link(token), holds }, 'link', sql`true`);
  }

  /**
   * Parts that redeem a code of 16 digits. It is too long to be guessed, so it is found by itself, like a link: a wrong one finds
   * nothing, and costs its owner neither a try nor a guess.
   */
  redeemRecoveryCode(
    call: RequestContext,
    { purpose, of }: RedeemQuestion,
    binding: string,
    code: string,
  ): Redemption {
    const hashes = this.keyRing.macs(LABEL, binding, code);
    const found = sql`${of} AND a.secret_hash = ANY(${hashes}::text[])`;
    return this.guess(call, { purpose, of: found, unguessable: true }, 'code', sql`true`);
  }

  /** Opens a challenge, to be found by its token; see `open`. */
  openChallenge(call: RequestContext, challenge: NewChallenge, from: Part<Opening>): Opened {
    const { token, ...rest } = challenge;
    const rule = this.ruleOf(challenge.purpose, call.now);
    const secret = { binding: LINK_BINDING, value: token };
    return this.open(call, { id: call.nextId(), kind: 'challenge', ...rule, ...rest, secret }, from);
  }

  /**
   * Parts that redeem the challenge whose token this is; `right` says whether it was answered, and is never null.
   * `guessable`: the answer has a part that can be guessed, such as an authenticator's code, and counts as a guess.
   */
  redeemChallenge(
    call: RequestContext,
    purpose: AttemptPurpose,
    token: string,
    right: Sql,
    guessable = false,
    holds?: RedeemQuestion['holds'],
  ): Redemption {
    const question = { purpose, of: this.challenge(call, token), unguessable: !guessable, holds };
    return this.guess(call, question, 'challenge', right);
  }

  /** Parts that give a challenge which was opened for nobody to the account that answered it, as that was read. */
  claimChallenge(
    call: RequestContext,
    purpose: AttemptPurpose,
    token: string,
    account: { id: string; security_stamp: number },
  ): { claimed: Part<{ subject: string; factor: AttemptFactor }>; budget_row: Part<{ subject: string }> } {
    const claimed = part<{ subject: string; factor: AttemptFactor }>(
      'claimed',
      sql`
        UPDATE attempts a SET account_id = ${account.id}::bigint, subject = ${account.id}::text,
          security_stamp = ${account.security_stamp}::int
        WHERE ${this.challenge(call, token)} AND a.purpose = ${purpose} AND a.account_id IS NULL AND a.status = 'open'
          AND a.expires_at > ${call.now}::timestamptz RETURNING a.subject, a.factor`,
    );
    return { claimed, budget_row: budgetRow(claimed) };
  }

  /** The challenge whose token this is, while it can be answered, not locked. */
  openChallengeOf(call: RequestContext, purpose: AttemptPurpose, token: string): Part<OpenedChallenge> {
    return part(
      'challenge',
      sql`
      SELECT a.id, a.account_id, a.session_id, a.method FROM attempts a WHERE ${this.challenge(call, token)} AND a.purpose = ${purpose}
        AND ${isLive(call)}`,
    );
  }

  /**
   * Ends, as used, the challenge whose token this is and whose answer was checked before, if it is still good and of this session; no
   * row when it is not. `session`: locked, so that of two calls one has it.
   */
  spendChallenge(
    call: RequestContext,
    purpose: AttemptPurpose,
    token: string,
    session: Part<{ session_id: string }>,
  ): Part<{ id: string }> {
    return part(
      'spent_challenge',
      sql`
      UPDATE attempts a SET status = 'consumed', closed_at = ${call.now}::timestamptz FROM ${session} f
      WHERE ${this.challenge(call, token)} AND a.purpose = ${purpose} AND a.session_id = f.session_id AND ${isLive(call)}
      RETURNING a.id, a.purpose, a.method, a.status`,
      ENDED,
    );
  }

  /**
   * Condition on attempt `a`: it is the challenge whose token this is, opened in the protocol of the call. What a protocol binds its
   * challenges to, such as a browser session, another one does not look at.
   */
  private challenge({ protocol }: Pick<RequestContext, 'protocol'>, token: string): Sql {
    const hashes = this.keyRing.macs(LABEL, LINK_BINDING, token);
    return sql`a.kind = 'challenge' AND a.secret_hash = ANY(${hashes}::text[]) AND a.protocol = ${protocol}`;
  }

  /** Parts that check a secret which rests elsewhere, such as a backup code; `right` as in `redeemTotp`. */
  redeemElsewhere(call: RequestContext, question: RedeemQuestion, kind: AttemptKind, right: Sql): Redemption {
    return this.guess(call, question, kind, right);
  }

  /** Condition on attempt `a`: it is the link whose token this is. */
  link(token: string): Sql {
    const hashes = this.keyRing.macs(LABEL, LINK_BINDING, token);
    return sql`a.kind = 'link' AND a.secret_hash = ANY(${hashes}::text[])`;
  }

  /** What has become of this link, whose it is, and whether it could still be redeemed (`open`), in whatever protocol. */
  linkState(call: Pick<RequestContext, 'now'>, purposes: AttemptPurpose[], token: string): Part<LinkState> {
    return linkState(call, sql`${this.link(token)} AND a.purpose = ANY(${purposes}::text[])`);
  }

  /**
   * This link, while it can still be redeemed and belongs to the account, locked. For
   * a proof that is needed again with the second factor: it is looked at here, and spent by `spendLinks` with the session.
   */
  lockLink(
    { now, protocol }: RequestContext,
    purposes: AttemptPurpose[],
    token: string,
    from: Part<{ account_id: string; security_stamp: number }>,
  ): Part<{ id: string; account_id: string; security_stamp: number }> {
    return part(
      'held_link',
      sql`
      SELECT a.id, a.account_id, a.security_stamp FROM attempts a JOIN ${from} f USING (account_id)
      WHERE ${this.link(token)} AND a.purpose = ANY(${purposes}::text[]) AND a.protocol = ${protocol}
        AND a.status = 'open' AND a.expires_at > ${now}::timestamptz AND a.security_stamp >= f.security_stamp FOR UPDATE OF a`,
    );
  }

  /** Ends the links of the account: this one as used, all others as superseded. */
  spendLinks(
    { now }: RequestContext,
    purposes: AttemptPurpose[],
    token: string | undefined,
    from: Part<{ account_id: string }>,
  ): Part<{ id: string }> {
    const used = token === undefined ? sql`false` : sql`(${this.link(token)})`;
    return spendLinks(now, purposes, used, from);
  }

  /** Ends the link whose token this is and the code of the same mail. */
  dismiss(
    { now }: RequestContext,
    token: string,
  ): Part<{ id: string; account_id: string | null; session_id: string | null }> {
    return dismissLink(now, this.link(token));
  }

  private guess(
    { now, protocol }: RequestContext,
    question: RedeemQuestion,
    kind: AttemptKind,
    right: Sql,
  ): Redemption {
    const { accountWrongLimit, accountWrongSeconds } = this.config.guesses;
    const budgetRefillsAt = plusSeconds(now, accountWrongSeconds);
    const spare = this.spare(question.purpose);
    return redeemParts({
      ...question,
      now,
      protocol,
      kind,
      right,
      spare,
      budget: accountWrongLimit,
      budgetRefillsAt,
    });
  }

  /**
   * A newcomer has no account that could be reached by a link, and whoever names the same address spends the guesses at it. So each
   * code of a sign-up bears one in any case: a stranger can guess only at codes that they asked for themselves.
   */
  private spare(purpose: AttemptPurpose): Sql {
    if (purpose !== 'sign_up') return sql`false`;
    return sql`a.tries_left >= ${this.config.attempts.sign_up.tries}::int`;
  }
}

function budgetRow(of: Part<{ subject: string; factor: AttemptFactor }>): Part<{ subject: string }> {
  return part(
    'budget_row',
    sql`
      INSERT INTO guess_budgets (subject, factor) SELECT subject, factor FROM ${of}
      ON CONFLICT DO NOTHING RETURNING subject`,
  );
}
