import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { part, type Part, sql, type Sql } from '@app/database';
import { plusSeconds, type RequestContext } from '@app/kernel';
import type { SecondFactor } from '../account.entity.js';
import type { HeldAccount, OfAccount } from '../held-account.js';
import { phoneAfter } from '../phone-credential.js';
import { TotpFactors } from '../totp-factors.js';
import { insertBackupCodes } from './backup-codes.js';

/** A set-up as part `setup` answers it. */
export interface FactorSetup {
  account_id: string;
  factor: 'sms' | 'totp';
  secret_sealed: string | null;
  phone: string | null;
}

interface NewSetup {
  factor: 'sms' | 'totp';
  sealed?: string | null;
  phone?: string | null;
  /** Keyed hashes; they are the account's backup codes from the confirmation on, in the place of those it has. */
  backupCodes?: string[] | null;
}

export interface AuthenticatorSetup {
  /** Base32; shown to the owner once. */
  secret: string;
  /** The `otpauth://` URI of the QR code. */
  uri: string;
  /** Stores the set-up. */
  part: Part<OfAccount>;
}

/** A type and not an interface, so that it is a record of parts too. */
export type Connection = {
  used_setup: Part<FactorSetup>;
  authenticator: Part<OfAccount>;
  connected: Part<HeldAccount>;
  backup_codes_issued: Part<OfAccount>;
};
/**
 * How a second factor comes and goes: set up first, and in use only when its owner has shown a code of it. The code is
 * checked through the attempts like every other; `connect` is then a part of the statement that redeems it.
 */
@Injectable()
export class SecondFactors {
  constructor(
    private readonly totp: TotpFactors,
    private readonly config: Config,
  ) {}

  /** A new authenticator for the account, in the place of any set-up that was not confirmed. */
  beginTotp(
    call: RequestContext,
    accountId: string,
    label: string,
    from: Part<OfAccount>,
    backupCodes?: string[],
  ): AuthenticatorSetup {
    const { secret, sealed, uri } = this.totp.create(accountId, label);
    return { secret, uri, part: this.begin(call, from, { factor: 'totp', sealed, backupCodes }) };
  }

  /** Texts to this number (E.164), likewise. */
  beginSms(
    call: RequestContext,
    phone: string,
    from: Part<OfAccount>,
    backupCodes?: string[],
  ): Part<OfAccount> {
    return this.begin(call, from, { factor: 'sms', phone, backupCodes });
  }

  /** The account's set-up that can still be confirmed, locked. */
  setup({ now }: RequestContext, from: Part<OfAccount>): Part<FactorSetup> {
    return part(
      'setup',
      sql`
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN ${from} f USING (account_id)
      WHERE u.expires_at > ${now}::timestamptz FOR UPDATE OF u`,
    );
  }

  /** The time step at which the code is right for this set-up, or undefined. */
  stepOf(setup: FactorSetup, code: string, now: Date): number | undefined {
    const { account_id, secret_sealed } = setup;
    return secret_sealed ? this.totp.stepOf(account_id, secret_sealed, code, now) : undefined;
  }

  /** Condition: `setup` still holds what `known` was read from: another set-up has not taken its place. */
  isUnchanged(known: FactorSetup, setup: Part<FactorSetup>): Sql {
    return sql`(EXISTS (SELECT FROM ${setup} WHERE secret_sealed IS NOT DISTINCT FROM ${known.secret_sealed}::text
      AND phone IS NOT DISTINCT FROM ${known.phone}::text))`;
  }

  /**
   * Puts the set-up to use once the attempt is redeemed: sign-ins of the account (`connected`) ask for it from now on, and what was
   * made for the account before is over. The account has to be held alone. `step`: of the code that was shown, which is thereby
   * used. A phone number that another account has violates `accounts_phone_key`.
   */
  connect(
    { now }: RequestContext,
    step: number | undefined,
    setup: Part<FactorSetup>,
    verdict: Part<{ outcome: string }>,
  ): Connection {
    const used = part<FactorSetup & { backup_code_hashes: string[] | null }>(
      'used_setup',
      sql`
        DELETE FROM factor_setups u USING ${setup} s, ${verdict} v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone, u.backup_code_hashes`,
    );
    const authenticator = part<OfAccount>(
      'authenticator',
      sql`
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, ${step ?? 0}::bigint, ${now}::timestamptz FROM ${used} WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id`,
    );
    const connected = part<HeldAccount>(
      'connected',
      sql`
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, ${phoneAfter('authenticator_connected', sql`c.factor`)}),
          phone_signs_in = a.phone_signs_in AND coalesce(c.phone = a.phone, true),
          security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz
        FROM ${used} c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp`,
    );
    // Those that came with the set-up, if any did; the ones before them end with the factor before.
    const shown = sql`SELECT account_id, unnest(backup_code_hashes) AS hash, NULL::text AS sealed FROM ${used}`;
    const issued = insertBackupCodes({ now }, shown);
    return { used_setup: used, authenticator, connected, backup_codes_issued: issued };
  }

  /** The factor that sign-ins of the account ask for from now on, if that is another one. What was made for it before is over. */
  choose(
    event: 'factor_chosen' | 'factor_removed',
    { now }: RequestContext,
    factor: SecondFactor,
    from: Part<OfAccount>,
  ): Part<HeldAccount> {
    return part(
      'chosen',
      sql`
      UPDATE accounts a SET second_factor = ${factor}, phone = ${phoneAfter(event, factor)}, security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz
      FROM ${from} f WHERE a.id = f.account_id AND a.second_factor <> ${factor} RETURNING a.id AS account_id, a.security_stamp`,
    );
  }

  /** The account, if it has an authenticator. */
  connectedTo(from: Part<OfAccount>): Part<OfAccount> {
    return part(
      'authenticated',
      sql`SELECT f.account_id FROM ${from} f JOIN totp_factors t USING (account_id)`,
    );
  }

  private begin(
    { now }: RequestContext,
    from: Part<OfAccount>,
    { factor, sealed = null, phone = null, backupCodes = null }: NewSetup,
  ): Part<OfAccount> {
    const expiresAt = plusSeconds(now, this.config.secondFactors.setupSeconds);
    return part(
      'set_up',
      sql`
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, backup_code_hashes, created_at, expires_at)
      SELECT f.account_id, ${factor}, ${sealed}, ${phone}, ${backupCodes}::text[], ${now}::timestamptz, ${expiresAt}::timestamptz FROM ${from} f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, backup_code_hashes = excluded.backup_code_hashes, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id`,
    );
  }
}
