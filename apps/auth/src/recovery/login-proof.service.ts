import { Injectable } from '@nestjs/common';
import {
  challengeOf,
  CredentialProofs,
  spellings,
  TotpFactors,
  type CredentialAssertion,
  type SecondFactor,
  type StoredCredential,
} from '@app/accounts';
import { AttemptsRepository, isAllowed } from '@app/attempts';
import { Database, type Parts, type Sql, sql } from '@app/database';
import type { Call } from '@app/kernel';

/** A key and the challenge it was shown for. */
export interface ShownKey {
  key: StoredCredential;
  account: {
    id: string;
    uuid: string;
    org_id: string | null;
    second_factor: SecondFactor;
    security_stamp: number;
  };
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

/** What a login shows. */
export interface LoginAnswer {
  token: string;
  assertion: CredentialAssertion;
  otpCode?: string;
}

/** What a second factor adds to the statement that decides about a login. */
export interface SecondFactorParts {
  right: Sql;
  guessable: boolean;
  before: Parts;
  after: Parts;
}

/** Checks what a login shows against the stored key. It decides nothing. */
@Injectable()
export class LoginProofService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly proofs: CredentialProofs,
    private readonly totp: TotpFactors,
  ) {}

  /** Undefined when there is no such open challenge or key, or when the key did not sign it. */
  async prove(call: Call, { token, assertion, otpCode }: LoginAnswer): Promise<ProvenLogin | undefined> {
    const shown = await this.shown(call, token, assertion.credId);
    const count = shown && (await this.proofs.assert(assertion, shown.key, spellings(challengeOf(token))));
    if (!shown || count === undefined) return undefined;
    const { account, totp_sealed: sealed } = shown;
    const step =
      sealed && otpCode !== undefined ? this.totp.stepOf(account.id, sealed, otpCode, call.now) : undefined;
    return { ...shown, count, step };
  }

  /** What an authenticator's code adds to the statement. It can be guessed, so it counts as a guess. */
  authenticator({ step, totp_sealed: sealed }: Pick<ProvenLogin, 'step' | 'totp_sealed'>): SecondFactorParts {
    return {
      right: this.totp.isFresh(step, 'authenticator'),
      guessable: true,
      before: { authenticator: this.totp.locked('account_held', sealed) },
      after: { accepted: this.totp.accept(step, 'verdict') },
    };
  }

  private async shown({ now }: Call, token: string, credId: string): Promise<ShownKey | undefined> {
    return this.database.row<ShownKey>(sql`
      SELECT a.method, a.account_id IS NULL AS unclaimed,
        json_build_object('id', c.id::text, 'kind', c.kind, 'credential_id', c.credential_id, 'public_key', c.public_key,
          'sign_count', c.sign_count::text) AS key,
        json_build_object('id', o.id::text, 'uuid', o.uuid, 'org_id', o.org_id, 'second_factor', o.second_factor,
          'security_stamp', o.security_stamp) AS account,
        (SELECT t.secret_sealed FROM totp_factors t WHERE t.account_id = o.id) AS totp_sealed
      FROM attempts a JOIN credentials c ON c.credential_id = ${credId} AND c.revoked_at IS NULL AND c.kind <> 'RecoveryKey'
        AND (c.account_id = a.account_id OR (a.account_id IS NULL AND c.kind = 'Fido2'))
      JOIN accounts o ON o.id = c.account_id AND o.disabled_at IS NULL
      WHERE ${this.attempts.challenge(token)} AND a.purpose = 'login_proof' AND a.status = 'open'
        AND a.expires_at > ${now}::timestamptz AND ${isAllowed('a')} LIMIT 1`);
  }
}
