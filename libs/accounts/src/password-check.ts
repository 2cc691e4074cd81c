import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { digest, plusSeconds, secondsUntil, type Identifier } from '@app/kernel';
import sql, { raw, type Sql } from 'sql-template-tag';
import type { SecondFactor } from './account.entity.js';
import { PasswordHasher, type ShownPassword } from './password-hasher.js';

/** What a flow needs to know of an account that showed its password. */
export interface KnownAccount {
  id: string;
  email: string | null;
  phone: string | null;
  language: string;
  second_factor: SecondFactor;
  org_id: string | null;
  activated_at: Date | null;
  disabled_at: Date | null;
}

export type PasswordOutcome =
  | { ok: true; account: KnownAccount }
  | { ok: false; reason: 'wrong'; accountId: string | null; retryAfterSeconds?: undefined }
  | { ok: false; reason: 'locked'; accountId: string | null; retryAfterSeconds: number };

interface Found extends Partial<KnownAccount> {
  password_hash: string | null;
  locked_until: Date | null;
}

const HOUR_SECONDS = 3600;

/**
 * Password checks under two limits: of one login from one address, and of one login from anywhere.
 *
 * The failure is counted *before* the password is looked at, in the statement that also finds the account, and taken
 * back by `forgive` as a part of whatever a success does. So a crash, a hang-up or any number of parallel calls never
 * gives a free guess. An unknown login costs the same statements and the same hash.
 */
@Injectable()
export class PasswordCheck {
  constructor(
    private readonly database: Database,
    private readonly hasher: PasswordHasher,
    private readonly config: Config,
  ) {}

  /**
   * `addressLifted`: the caller has proven to be a person. It counts like any other, but the lock of its address does not hold;
   * the one of the login still does.
   */
  async check(
    login: Identifier,
    address: string,
    password: ShownPassword,
    now: Date,
    { addressLifted = false } = {},
  ): Promise<PasswordOutcome> {
    const { password_hash, locked_until, ...found } = await this.countAndFind(
      login,
      address,
      now,
      addressLifted,
    );
    const accountId = found.id ?? null;
    if (locked_until) {
      return { ok: false, reason: 'locked', accountId, retryAfterSeconds: secondsUntil(locked_until, now) };
    }
    const right = await this.hasher.verify(password_hash, password);
    if (!right) return { ok: false, reason: 'wrong', accountId };
    return { ok: true, account: found as KnownAccount };
  }

  /** Part of the statement of a success: forgets the failures of this login. Locks in the order `check` counts. */
  forgive(login: Identifier, address: string): Sql {
    const keys = failureKeys(login, address);
    return sql`
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY(${keys}::text[])
        ORDER BY array_position(${keys}::text[], key) FOR UPDATE)`;
  }

  /** Part: forgets the failures of these logins from every address: what an operator's `unlock` does. */
  forgiveEverywhere(logins: Identifier[]): Sql {
    const keys = logins.map((login) => failureKeys(login, '')[1]);
    return sql`DELETE FROM password_failures WHERE login = ANY(${keys}::text[]) RETURNING key`;
  }

  /** Until when one of these logins is locked, from some address or from all of them; null when none is. */
  async lockedUntil(logins: Identifier[], now: Date): Promise<Date | null> {
    const keys = logins.map((login) => failureKeys(login, '')[1]);
    const row = await this.database.row<{ until: Date | null }>(sql`
      SELECT max(locked_until) AS until FROM password_failures
      WHERE login = ANY(${keys}::text[]) AND locked_until > ${now}::timestamptz`);
    return row?.until ?? null;
  }

  private async countAndFind(
    login: Identifier,
    address: string,
    now: Date,
    addressLifted: boolean,
  ): Promise<Found> {
    const { tries, triesSeconds, hourlyLimit, lockSeconds } = this.config.passwords;
    const keys = failureKeys(login, address);
    const windows = [plusSeconds(now, triesSeconds), plusSeconds(now, HOUR_SECONDS)];
    const locks = [plusSeconds(now, lockSeconds), null];
    const row = await this.database.row<Found>(sql`
      WITH keys AS (
        SELECT * FROM unnest(${keys}::text[], ${[tries, hourlyLimit]}::int[], ${windows}::timestamptz[],
          ${locks}::timestamptz[]) WITH ORDINALITY AS k (key, max, counts_until, locked_until, position)),
      counted AS (
        INSERT INTO password_failures AS f (key, login, failures, counts_until)
        SELECT key, ${keys[1]}, 1, counts_until FROM keys ORDER BY position
        ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
          SELECT CASE WHEN f.locked_until > ${now} THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
                 CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
                 CASE WHEN f.locked_until > ${now} THEN f.locked_until WHEN over THEN NULL
                      WHEN f.failures + 1 > k.max THEN coalesce(k.locked_until, f.counts_until) END
          FROM keys k, LATERAL (SELECT coalesce(f.locked_until, f.counts_until) <= ${now} AS over) w
          WHERE k.key = f.key)
        RETURNING f.key, f.locked_until)
      SELECT a.id, a.email, a.phone, a.language, a.second_factor, a.org_id, a.activated_at, a.disabled_at,
        a.password_hash, (SELECT max(locked_until) FROM counted
          WHERE NOT (${addressLifted}::boolean AND key = ${keys[0]})) AS locked_until
      FROM (VALUES (1)) one LEFT JOIN accounts a ON a.${raw(login.kind)} = ${login.value}`);
    return row as Found;
  }
}

/** The login from this address, then the login alone: digests, so that the table holds nobody's address. */
function failureKeys(login: Identifier, address: string): [string, string] {
  const name = `${login.kind}:${login.value}`;
  return [digest(`login-address\n${name}\n${address}`), digest(`login\n${name}`)];
}
