import { Injectable } from '@nestjs/common';
import {
  challengeOf,
  CredentialProofs,
  lockOwner,
  loginKey,
  spellings,
  TotpFactors,
  type CredentialAssertion,
  type KeyAccount,
  type MaybeOfAccount,
  type OfAccount,
  type StoredCredential,
} from '@app/accounts';
import { AttemptsRepository, type AttemptPurpose, type GuessVerdict } from '@app/attempts';
import { audit, type AuditEvent } from '@app/audit';
import { Database, type Effect, part, type Part, type Sql, sql, statement } from '@app/database';
import type { RequestContext } from '@app/kernel';

/** What a key's signature is for, and as what a wrong one is recorded. */
const EVENTS = {
  login_proof: 'login.complete',
  user_action: 'user_action.sign',
} as const satisfies Partial<Record<AttemptPurpose, AuditEvent>>;

export type KeyPurpose = keyof typeof EVENTS;

/** A key and the challenge it was shown for. */
export interface ShownKey {
  key: StoredCredential;
  account: KeyAccount;
  /** Whether the challenge was opened for nobody in particular. */
  unclaimed: boolean;
  /** What was proven before the challenge was opened, if anything. */
  method: 'key' | 'email';
  totp_sealed: string | null;
}

/** An answer whose signature is good: `step` of the authenticator's code, when there is one. */
export interface ProvenLogin extends ShownKey {
  count: number;
  step?: number;
}

/** What a login shows; or, for another purpose, who is logged in. */
export interface LoginAnswer {
  purpose: KeyPurpose;
  token: string;
  assertion: CredentialAssertion;
  otpCode?: string;
}

/** What a second factor adds to the statement that decides about a login. */
export interface SecondFactorParts {
  right: Sql;
  guessable: boolean;
  /** What a right answer spends. */
  spent(verdict: Part<GuessVerdict>): Effect[];
}

/** Checks what a login shows against the stored key. It decides nothing but whose a challenge is that was opened for nobody. */
@Injectable()
export class KeyProof {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly proofs: CredentialProofs,
    private readonly totp: TotpFactors,
  ) {}

  /** Undefined when there is no such open challenge or key, or when the key signed none of `challenges`. */
  async prove(
    call: RequestContext,
    { purpose, token, assertion, otpCode }: LoginAnswer,
    challenges = spellings(challengeOf(token)),
  ): Promise<ProvenLogin | undefined> {
    const shown = await this.shown(call, purpose, token, assertion.credId);
    const count = shown && (await this.proofs.assert(assertion, shown.key, challenges));
    if (!shown || count === undefined) return undefined;
    const { account, totp_sealed: sealed } = shown;
    const step =
      sealed && otpCode !== undefined ? this.totp.stepOf(account.id, sealed, otpCode, call.now) : undefined;
    return { ...shown, count, step };
  }

  /** What an authenticator's code adds to the statement. It can be guessed, so it counts as a guess. */
  authenticator({ step, totp_sealed }: ProvenLogin, held: Part<OfAccount>): SecondFactorParts {
    return {
      right: this.totp.isFresh(step, this.totp.locked(held, totp_sealed)),
      guessable: true,
      spent: (verdict) => [this.totp.accept(step, verdict)],
    };
  }

  /** Counts an answer that was not good, and records it; there may be no such challenge. */
  async refuse(call: RequestContext, purpose: KeyPurpose, token: string): Promise<void> {
    // What spends a signed action holds the account before the challenge.
    const holds =
      purpose === 'user_action' ? (target: Part<MaybeOfAccount>) => lockOwner(target, 'SHARE') : undefined;
    const refused = this.attempts.redeemChallenge(call, purpose, token, sql`false`, false, holds);
    const { verdict, ...redemption } = refused;
    await this.database.rows(statement(verdict, redemption, audit(call, EVENTS[purpose], verdict)));
  }

  /** Gives a challenge that was opened for nobody in particular to the account whose key has answered it. */
  async claim(call: RequestContext, token: string, { account, unclaimed }: ProvenLogin): Promise<void> {
    if (!unclaimed) return;
    const { claimed, budget_row } = this.attempts.claimChallenge(call, 'login_proof', token, account);
    await this.database.rows(statement(claimed, budget_row));
  }

  private async shown(
    call: RequestContext,
    purpose: KeyPurpose,
    token: string,
    credId: string,
  ): Promise<ShownKey | undefined> {
    const challenge = this.attempts.openChallengeOf(call, purpose, token);
    const shown = part<ShownKey>(
      'shown',
      sql`
        SELECT c.method, c.account_id IS NULL AS unclaimed, k.key, k.account, k.totp_sealed
        FROM ${challenge} c JOIN ${loginKey(credId)} k
          ON k.account_id = c.account_id OR (c.account_id IS NULL AND k.kind = 'Fido2') LIMIT 1`,
    );
    return this.database.row(statement(shown));
  }
}
