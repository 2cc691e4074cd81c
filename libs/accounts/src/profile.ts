import { type Parts, raw, type Sql, sql } from '@app/database';
import type { Call } from '@app/kernel';
import type { SecondFactor } from './account.entity.js';

/** What a client is told of the account behind its session. */
export interface Profile {
  uuid: string;
  email: string | null;
  username: string | null;
  phone: string | null;
  first_name: string | null;
  last_name: string | null;
  second_factor: SecondFactor;
  created_at: Date;
  updated_at: Date;
  activated_at: Date | null;
}

export interface ProfileChange {
  username?: string;
  firstName?: string;
  lastName?: string;
  passwordHash?: string;
}

export interface Registration {
  id: string;
  email?: string;
  username?: string;
  firstName?: string;
  lastName?: string;
  passwordHash?: string;
}

const PROFILE = sql`a.uuid, a.email, a.username, a.phone, a.first_name, a.last_name, a.second_factor, a.created_at,
  a.updated_at, a.activated_at`;

/**
 * Sub-select: the rows of part `from` with `{uuid, has_password, second_factor}` of their account (its `account_id`); none for a
 * disabled one.
 */
export function withAccount(from: string): Sql {
  return sql`
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, a.second_factor
    FROM ${raw(from)} f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL`;
}

/** Sub-select: the rows of part `from` with the `Profile` of their account; none for a disabled one. */
export function withProfile(from: string): Sql {
  return sql`
    SELECT f.*, ${PROFILE} FROM ${raw(from)} f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL`;
}

/**
 * Part: changes what is given, of the account in part `from` (`account_id, security_stamp`): `{account_id, security_stamp}` and the
 * `Profile`; no row when the account has changed since. A new password ends what was made for the account before. A taken user name
 * violates `accounts_username_key`.
 */
export function changeProfile({ now }: Call, change: ProfileChange, from: string): Sql {
  return sql`
    UPDATE accounts a SET
      username = coalesce(${change.username ?? null}, a.username),
      first_name = coalesce(${change.firstName ?? null}, a.first_name),
      last_name = coalesce(${change.lastName ?? null}, a.last_name),
      password_hash = coalesce(${change.passwordHash ?? null}, a.password_hash),
      password_changed_at = CASE WHEN ${change.passwordHash ?? null}::text IS NULL THEN a.password_changed_at ELSE ${now}::timestamptz END,
      security_stamp = a.security_stamp + CASE WHEN ${change.passwordHash ?? null}::text IS NULL THEN 0 ELSE 1 END,
      updated_at = ${now}::timestamptz
    FROM ${raw(from)} f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp
    RETURNING a.id AS account_id, a.security_stamp, ${PROFILE}`;
}

/**
 * Part: an account that somebody registered: `{account_id, security_stamp}` and the `Profile`. One with an e-mail address is not activated before
 * its owner has proven that mailbox (`claimMailbox`); a taken identifier violates `accounts_<column>_key`.
 */
export function registerAccount({ now }: Call, account: Registration): Sql {
  const activatedAt = account.email === undefined ? now : null;
  return sql`
    INSERT INTO accounts AS a (id, email, username, password_hash, first_name, last_name, activated_at, created_at, updated_at)
    VALUES (${account.id}::bigint, ${account.email ?? null}, ${account.username ?? null}, ${account.passwordHash ?? null},
      ${account.firstName ?? null}, ${account.lastName ?? null}, ${activatedAt}::timestamptz, ${now}::timestamptz, ${now}::timestamptz)
    RETURNING a.id AS account_id, a.security_stamp, ${PROFILE}`;
}

/**
 * Parts for who has just proven the mailbox of the account in part `from` (`account_id, security_stamp`): the first proof activates the
 * account, ends what was made for it before, and takes away everything but the address that whoever registered it may have left
 * there: password, second factor, phone, user name and names. What an operator put on an account that was waiting stays.
 * `claimed` is such an account (`account_id, security_stamp`), whose sessions have to end.
 */
export function claimMailbox({ now }: Call, from: string): Parts {
  return {
    claimed: sql`
      UPDATE accounts a SET activated_at = ${now}::timestamptz, updated_at = ${now}::timestamptz, password_hash = NULL,
        security_stamp = a.security_stamp + 1,
        (second_factor, phone, username, first_name, last_name) = (
          SELECT CASE WHEN invited THEN a.second_factor ELSE 'none' END, CASE WHEN invited THEN a.phone END,
            CASE WHEN invited THEN a.username END, CASE WHEN invited THEN a.first_name END, CASE WHEN invited THEN a.last_name END
          FROM (SELECT a.invited_at IS NOT NULL AS invited) i)
      FROM ${raw(from)} f WHERE a.id = f.account_id AND a.activated_at IS NULL AND a.security_stamp = f.security_stamp
      RETURNING a.id AS account_id, a.security_stamp, a.invited_at IS NULL AS registered`,
    claimed_authenticator: sql`
      DELETE FROM totp_factors t USING claimed c WHERE t.account_id = c.account_id AND c.registered RETURNING t.account_id`,
    claimed_setup: sql`
      DELETE FROM factor_setups u USING claimed c WHERE u.account_id = c.account_id AND c.registered RETURNING u.account_id`,
    claimed_backup_codes: sql`
      DELETE FROM backup_codes b USING claimed c WHERE b.account_id = c.account_id AND c.registered RETURNING b.account_id`,
  };
}
