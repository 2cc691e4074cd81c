import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { type Parts, raw, type Sql, sql } from '@app/database';
import { plusSeconds, type Call } from '@app/kernel';
import { TotpFactors } from '../totp-factors.js';
import { dropBackupCodes } from './backup-codes.js';

/** A set-up as part `setup` answers it. */
export interface FactorSetup {
  account_id: string;
  factor: 'sms' | 'totp';
  secret_sealed: string | null;
  phone: string | null;
}

export interface AuthenticatorSetup {
  /** Base32; shown to the owner once. */
  secret: string;
  /** The `otpauth://` URI of the QR code. */
  uri: string;
  /** Part that stores the set-up for each row of part `from`. */
  part: Sql;
}

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

  /** A new authenticator for the account in part `from`, in the place of any set-up that was not confirmed. */
  beginTotp(call: Call, accountId: string, label: string, from: string): AuthenticatorSetup {
    const { secret, sealed, uri } = this.totp.create(accountId, label);
    return { secret, uri, part: this.begin(call, from, 'totp', sealed, null) };
  }

  /** Part: texts to this number (E.164) for the account in part `from`, likewise. */
  beginSms(call: Call, phone: string, from: string): Sql {
    return this.begin(call, from, 'sms', null, phone);
  }

  /** Part: the account's set-up that can still be confirmed, locked: `FactorSetup`. `from`: a part with `account_id`. */
  setup({ now }: Call, from: string): Sql {
    return sql`
      SELECT u.account_id, u.factor, u.secret_sealed, u.phone FROM factor_setups u JOIN ${raw(from)} f USING (account_id)
      WHERE u.expires_at > ${now}::timestamptz FOR UPDATE OF u`;
  }

  /** The time step at which the code is right for this set-up, or undefined. */
  stepOf(setup: FactorSetup, code: string, now: Date): number | undefined {
    const { account_id, secret_sealed } = setup;
    return secret_sealed ? this.totp.stepOf(account_id, secret_sealed, code, now) : undefined;
  }

  /** Condition: part `setup` still holds what `known` was read from: another set-up has not taken its place. */
  isUnchanged(known: FactorSetup, setup: string): Sql {
    return sql`(EXISTS (SELECT FROM ${raw(setup)} WHERE secret_sealed IS NOT DISTINCT FROM ${known.secret_sealed}::text
      AND phone IS NOT DISTINCT FROM ${known.phone}::text))`;
  }

  /**
   * Parts that put the set-up of part `setup` to use once the attempt in part `verdict` is redeemed: sign-ins of the
   * account in part `connected` (`{account_id, security_stamp}`) ask for it from now on, and what was made for the account before is
   * over. The account has to be held alone. `step`: of the code that was shown, which is thereby used. A phone number that another
   * account has violates `accounts_phone_key`.
   */
  connect({ now }: Call, step: number | undefined, setup: string, verdict: string): Parts {
    return {
      used_setup: sql`
        DELETE FROM factor_setups u USING ${raw(setup)} s, ${raw(verdict)} v
        WHERE v.outcome = 'redeemed' AND u.account_id = s.account_id
        RETURNING u.account_id, u.factor, u.secret_sealed, u.phone`,
      authenticator: sql`
        INSERT INTO totp_factors (account_id, secret_sealed, last_step, created_at)
        SELECT account_id, secret_sealed, ${step ?? 0}::bigint, ${now}::timestamptz FROM used_setup WHERE factor = 'totp'
        ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = excluded.last_step,
          created_at = excluded.created_at RETURNING account_id`,
      connected: sql`
        UPDATE accounts a SET second_factor = c.factor, phone = coalesce(c.phone, a.phone),
          security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz
        FROM used_setup c WHERE a.id = c.account_id RETURNING a.id AS account_id, a.security_stamp`,
    };
  }

  /**
   * Parts that leave the account in part `from` without a second factor: `disconnected` has its `account_id, security_stamp`. What was
   * made for the account before is over.
   */
  disconnect({ now }: Call, from: string): Parts {
    return {
      disconnected: sql`
        UPDATE accounts a SET second_factor = 'none', security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz
        FROM ${raw(from)} f WHERE a.id = f.account_id AND a.second_factor <> 'none'
        RETURNING a.id AS account_id, a.security_stamp`,
      ...this.forget(from),
    };
  }

  /** Parts that forget what the second factor of the account in part `from` consists of; sign-ins go on to ask for it. */
  forget(from: string): Parts {
    return {
      authenticator_dropped: sql`
        DELETE FROM totp_factors t USING ${raw(from)} f WHERE t.account_id = f.account_id RETURNING t.account_id`,
      setup_dropped: sql`
        DELETE FROM factor_setups u USING ${raw(from)} f WHERE u.account_id = f.account_id RETURNING u.account_id`,
      backup_codes_dropped: dropBackupCodes(from),
    };
  }

  private begin(
    { now }: Call,
    from: string,
    factor: 'sms' | 'totp',
    sealed: string | null,
    phone: string | null,
  ): Sql {
    const expiresAt = plusSeconds(now, this.config.secondFactors.setupSeconds);
    return sql`
      INSERT INTO factor_setups (account_id, factor, secret_sealed, phone, created_at, expires_at)
      SELECT f.account_id, ${factor}, ${sealed}, ${phone}, ${now}::timestamptz, ${expiresAt}::timestamptz FROM ${raw(from)} f
      ON CONFLICT (account_id) DO UPDATE SET factor = excluded.factor, secret_sealed = excluded.secret_sealed,
        phone = excluded.phone, created_at = excluded.created_at, expires_at = excluded.expires_at
      RETURNING account_id`;
  }
}
