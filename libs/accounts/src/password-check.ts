import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { Database, raw, sql, type Sql, statementOf } from '@app/database';
import { digest, plusSeconds, secondsUntil, type Identifier } from '@app/kernel';
import { KNOWN_COLUMNS, type KnownAccount } from './known-account.js';
import { PasswordHasher, type ShownPassword } from './password-hasher.js';

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
 *
 * A place in the hashing queue comes before all of that: a refusal for want of one (`AuthError('busy')`) is no failure and costs
 * no statement, so that a busy service locks nobody out.
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
    return this.hasher.admit(async () =>
      this.look(await this.countAndFind(login, address, now, addressLifted), password, now),
    );
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

  private async look(
    { password_hash, locked_until, ...found }: Found,
    password: ShownPassword,
    now: Date,
  ): Promise<PasswordOutcome> {
    const accountId = found.id ?? null;
    if (locked_until) {
      return { ok: false, reason: 'locked', accountId, retryAfterSeconds: secondsUntil(locked_until, now) };
    }
    const right = await this.hasher.verify(password_hash, password);
    if (!right) return { ok: false, reason: 'wrong', accountId };
    return { ok: true, account: found as KnownAccount };
  }

  /** A try that meets the lock of its address is not looked at, so it does not count against the login either. */
  private async countAndFind(
    login: Identifier,
    address: string,
    now: Date,
    addressLifted: boolean,
  ): Promise<Found> {
    const { tries, triesSeconds, hourlyLimit, lockSeconds } = this.config.passwords;
    const [addressKey, loginKey] = failureKeys(login, address);
    const hour = { key: loginKey, login: loginKey, max: hourlyLimit, seconds: HOUR_SECONDS, now };
    const minute = { key: addressKey, login: loginKey, max: tries, seconds: triesSeconds, lockSeconds, now };
    const lifted = sql`${addressLifted}::boolean`;
    const parts = {
      here: countFailure(minute, sql``),
      anywhere: countFailure(hour, sql`FROM here WHERE ${lifted} OR locked_until IS NULL`),
    };
    const answer = sql`
      SELECT ${KNOWN_COLUMNS}, a.password_hash, greatest(
        (SELECT locked_until FROM here WHERE NOT ${lifted}), (SELECT locked_until FROM anywhere),
        (SELECT locked_until FROM password_failures WHERE key = ${loginKey} AND locked_until > ${now}::timestamptz)
      ) AS locked_until
      FROM (VALUES (1)) one LEFT JOIN accounts a ON a.${raw(login.kind)} = ${login.value}`;
    return (await this.database.row<Found>(statementOf(parts, answer))) as Found;
  }
}

interface Failure {
  key: string;
  login: string;
  /** Failures in `seconds` that are looked at; the one beyond them locks. */
  max: number;
  seconds: number;
  /** How long the lock lasts; without it, until these failures count no more. */
  lockSeconds?: number;
  now: Date;
}

/** Part: counts a failure for each row of `from`: `{locked_until}`, null while there are tries left. A lock is not made longer. */
function countFailure({ key, login, max, seconds, lockSeconds, now }: Failure, from: Sql): Sql {
  const countsUntil = plusSeconds(now, seconds);
  const lockedUntil = lockSeconds === undefined ? null : plusSeconds(now, lockSeconds);
  return sql`
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT ${key}, ${login}, 1, ${countsUntil}::timestamptz ${from}
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > ${now}::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > ${now}::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > ${max}::int THEN coalesce(${lockedUntil}::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= ${now}::timestamptz AS over) w)
    RETURNING f.locked_until`;
}

/** The login from this address, then the login alone: digests, so that the table holds nobody's address. */
function failureKeys(login: Identifier, address: string): [string, string] {
  const name = `${login.kind}:${login.value}`;
  return [digest(`login-address\n${name}\n${address}`), digest(`login\n${name}`)];
}
