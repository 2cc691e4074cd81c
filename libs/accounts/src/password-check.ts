import { Injectable, Optional } from '@nestjs/common';
import { Config } from '@app/config';
import { Database, part, type Part, sql, type Sql } from '@app/database';
import { KeyRing, plusSeconds, secondsUntil, type Identifier } from '@app/kernel';
import { askedFactor } from './guard.js';
import type { OfAccount } from './held-account.js';
import { isNamed, likeliest } from './named.js';
import { Newcomers } from './newcomers.js';
import { knownColumns, type KnownAccount } from './known-account.js';
import { isForeign, PasswordHasher, type ShownPassword } from './password-hasher.js';
import { PasswordRenewal } from './password-renewal.js';

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
 * Password checks under two limits: of one account from one network (IPv6: its /64), and of one account from anywhere, by whichever
 * of its names it is called; a name that no account has is counted likewise.
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
    private readonly renewal: PasswordRenewal,
    private readonly keys: KeyRing,
    private readonly config: Config,
    @Optional() private readonly newcomers?: Newcomers,
  ) {}

  /**
   * `networkLifted`: the caller has proven to be a person. It counts like any other, but the lock of its network does not hold;
   * the one of the account still does.
   */
  async check(
    login: Identifier,
    network: string,
    password: ShownPassword,
    now: Date,
    { networkLifted = false } = {},
  ): Promise<PasswordOutcome> {
    const look = () =>
      this.hasher.admit(async () =>
        this.look(await this.countAndFind(login, network, now, networkLifted), password, now),
      );
    const { hasPassword, ...outcome } = await look();
    if (outcome.ok || outcome.reason === 'locked' || !this.newcomers || typeof password !== 'string')
      return outcome;
    return (await this.isNewcomer(login, password, now, hasPassword)) ? await look() : outcome;
  }

  /**
   * Whether somebody of that name is known elsewhere by this password, and has been taken over now. For whoever has a password here the
   * same is asked, and the same work done, and its answer left alone: a name that is known here takes as long as one that is not.
   */
  private async isNewcomer(
    login: Identifier,
    password: string,
    now: Date,
    isHere: boolean,
  ): Promise<boolean> {
    const newcomer = await this.newcomers?.ask(login, now);
    const verifiers = isHere ? undefined : newcomer?.verifiers;
    const right = await this.hasher.admit(() => this.hasher.verify(verifiers, password));
    if (!right) return false;
    await newcomer?.bring();
    return true;
  }

  /** For the statement of a success: forgets the failures of this account. Locks in the order `check` counts. */
  forgive(accountId: string, network: string): Part<{ key: string }> {
    const login = ofAccountId(accountId);
    const keys = [this.keyFrom(login, network), login];
    return part(
      'forgiven',
      sql`
      DELETE FROM password_failures WHERE key IN (
        SELECT key FROM password_failures WHERE key = ANY(${keys}::text[])
        ORDER BY array_position(${keys}::text[], key) FOR UPDATE) RETURNING key`,
    );
  }

  /** Forgets the failures of this account from every network: what an operator's `unlock` does, and a proof of its mailbox. */
  forgiveEverywhere(of: Part<OfAccount>): Part<{ key: string }> {
    return part(
      'forgiven',
      sql`
      DELETE FROM password_failures WHERE login IN (SELECT 'account ' || account_id FROM ${of}) RETURNING key`,
    );
  }

  /** Until when the account is locked, from some network or from all of them; null when it is not. */
  async lockedUntil(accountId: string, now: Date): Promise<Date | null> {
    const locked = part<{ until: Date | null }>(
      'locked',
      sql`
      SELECT max(locked_until) AS until FROM password_failures
      WHERE login = ${ofAccountId(accountId)} AND locked_until > ${now}::timestamptz`,
    );
    return (await this.database.row(locked))?.until ?? null;
  }

  private async look(
    { password_hash, locked_until, ...found }: Found,
    password: ShownPassword,
    now: Date,
  ): Promise<PasswordOutcome & { hasPassword: boolean }> {
    const accountId = found.id ?? null;
    const hasPassword = password_hash !== null;
    if (locked_until) {
      const retryAfterSeconds = secondsUntil(locked_until, now);
      return { ok: false, reason: 'locked', accountId, retryAfterSeconds, hasPassword };
    }
    const right = await this.hasher.verify(password_hash, password);
    if (!right) return { ok: false, reason: 'wrong', accountId, hasPassword };
    const account = found as KnownAccount;
    if (password_hash && isForeign(password_hash) && typeof password === 'string')
      this.renewal.begin(account.id, password_hash, password);
    return { ok: true, account, hasPassword };
  }

  /** A try that meets the lock of its network is not looked at, so it does not count against the account either. */
  private async countAndFind(
    login: Identifier,
    network: string,
    now: Date,
    networkLifted: boolean,
  ): Promise<Found> {
    const { tries, triesSeconds, hourlyLimit, lockSeconds } = this.config.passwords;
    const unknown = `name ${this.keys.mac(LABEL, login.kind, login.value).hash}`;
    const who = part<Partial<Found> & { login: string }>(
      'who',
      sql`
      SELECT ${knownColumns(askedFactor({ now }, 'first'))}, a.password_hash, coalesce('account ' || a.id, ${unknown}) AS login
      FROM (VALUES (1)) one LEFT JOIN (SELECT * FROM accounts WHERE ${isNamed(login)} ${likeliest(login)}) a ON true`,
    );
    const from = sql`w.login || ${this.keyFrom('', network)}`;
    const minute = { key: from, max: tries, seconds: triesSeconds, lockSeconds, now };
    const hour = { key: sql`w.login`, max: hourlyLimit, seconds: HOUR_SECONDS, now };
    const lifted = sql`${networkLifted}::boolean`;
    const here = countFailure(minute, sql`${who} w`);
    const anywhere = countFailure(
      hour,
      sql`${who} w CROSS JOIN ${here} h WHERE ${lifted} OR h.locked_until IS NULL`,
    );
    const found = part<Found>(
      'found',
      sql`
      SELECT w.*, greatest(
        (SELECT locked_until FROM ${here} WHERE NOT ${lifted}), (SELECT locked_until FROM ${anywhere}),
        (SELECT f.locked_until FROM password_failures f WHERE f.key = w.login AND f.locked_until > ${now}::timestamptz)
      ) AS locked_until
      FROM ${who} w`,
    );
    return (await this.database.row(found)) as Found;
  }

  /** Of somebody, from this network: a keyed hash, so that the table does not tell who called from where. */
  private keyFrom(login: string, network: string): string {
    return `${login} ${this.keys.mac(LABEL, 'network', network).hash}`;
  }
}

const LABEL = 'password-failures';

/** An account has one count, by whichever of its names it is called. */
function ofAccountId(id: string): string {
  return `account ${id}`;
}

interface Failure {
  /** What is counted, of a row `w` of whoever is meant (`login`). */
  key: Sql;
  /** Failures in `seconds` that are looked at; the one beyond them locks. */
  max: number;
  seconds: number;
  /** How long the lock lasts; without it, until these failures count no more. */
  lockSeconds?: number;
  now: Date;
}

/** Counts a failure for each row of `from`. No lock while there are tries left; one that holds is not made longer. */
function countFailure(
  { key, max, seconds, lockSeconds, now }: Failure,
  from: Sql,
): Part<{ locked_until: Date | null }> {
  const countsUntil = plusSeconds(now, seconds);
  const lockedUntil = lockSeconds === undefined ? null : plusSeconds(now, lockSeconds);
  return part(
    'failure',
    sql`
    INSERT INTO password_failures AS f (key, login, failures, counts_until)
    SELECT ${key}, w.login, 1, ${countsUntil}::timestamptz FROM ${from}
    ON CONFLICT (key) DO UPDATE SET (failures, counts_until, locked_until) = (
      SELECT CASE WHEN f.locked_until > ${now}::timestamptz THEN f.failures WHEN over THEN 1 ELSE f.failures + 1 END,
             CASE WHEN over THEN excluded.counts_until ELSE f.counts_until END,
             CASE WHEN f.locked_until > ${now}::timestamptz THEN f.locked_until WHEN over THEN NULL
                  WHEN f.failures + 1 > ${max}::int THEN coalesce(${lockedUntil}::timestamptz, f.counts_until) END
      FROM (SELECT coalesce(f.locked_until, f.counts_until) <= ${now}::timestamptz AS over) w)
    RETURNING f.locked_until`,
  );
}
