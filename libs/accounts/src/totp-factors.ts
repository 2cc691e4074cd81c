import { Injectable } from '@nestjs/common';
import { part, type Part, type Sql, sql } from '@app/database';
import { KeyRing } from '@app/kernel';
import { newTotpSecret, totpStep, totpUri } from './totp.js';

export const TOTP_LABEL = 'totp';

/** Authenticator apps: their secrets at rest, and the compare-and-set that lets a code work once. */
@Injectable()
export class TotpFactors {
  constructor(private readonly keyRing: KeyRing) {}

  /** A new secret for the account: in base32, sealed for the table, and as the URI the owner's app reads. */
  create(accountId: string, label: string): { secret: string; sealed: string; uri: string } {
    const secret = newTotpSecret();
    return {
      secret,
      sealed: this.keyRing.seal(TOTP_LABEL, accountId, secret),
      uri: totpUri(secret, label, 'Countersign'),
    };
  }

  /** A secret that the owner's app has already, sealed for the table. */
  seal(accountId: string, secret: string): string {
    return this.keyRing.seal(TOTP_LABEL, accountId, secret);
  }

  /** The secret of a set-up that is not confirmed yet, for its owner, and the URI that the owner's app reads. */
  reveal(accountId: string, sealed: string, label: string): { secret: string; uri: string } {
    const secret = this.keyRing.unseal(TOTP_LABEL, accountId, sealed);
    return { secret, uri: totpUri(secret, label, 'Countersign') };
  }

  /** The step at which the code is right, or undefined. Does not say whether the step was used before. */
  stepOf(accountId: string, sealed: string, code: string, now: Date): number | undefined {
    return totpStep(this.keyRing.unseal(TOTP_LABEL, accountId, sealed), code, now);
  }

  /** The sealed secret of the account. */
  secret(from: Part<{ account_id: string | null }>): Part<{ secret_sealed: string }> {
    return part('secret', sql`SELECT t.secret_sealed FROM totp_factors t JOIN ${from} f USING (account_id)`);
  }

  /**
   * The factor of the account, locked. None when another
   * has taken the place of the one whose secret was read: its first step is not used, so nothing else would tell them apart.
   */
  locked(
    from: Part<{ account_id: string | null }>,
    sealed: string | null | undefined,
  ): Part<{ account_id: string; last_step: string }> {
    return part(
      'factor',
      sql`
      SELECT t.account_id, t.last_step FROM totp_factors t JOIN ${from} f USING (account_id)
      WHERE t.secret_sealed = ${sealed ?? null}::text FOR UPDATE OF t`,
    );
  }

  /** Condition: the step is later than every accepted one. False without a step. */
  isFresh(step: number | undefined, locked: Part<{ last_step: string }>): Sql {
    return sql`coalesce(${step ?? null}::bigint > (SELECT last_step FROM ${locked}), false)`;
  }

  /** Stores the step once the attempt is redeemed by it. */
  accept(
    step: number | undefined,
    verdict: Part<{ outcome: string; account_id: string | null }>,
  ): Part<{ account_id: string }> {
    return part(
      'accepted',
      sql`
      UPDATE totp_factors t SET last_step = ${step ?? null}::bigint FROM ${verdict} v
      WHERE v.outcome = 'redeemed' AND t.account_id = v.account_id RETURNING t.account_id`,
    );
  }
}
