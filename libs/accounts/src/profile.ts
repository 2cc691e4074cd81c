import { part, type Part, sql, type Sql } from '@app/database';
import { fatesAt, type Credential, type RequestContext, type StampEvent } from '@app/kernel';
import type { SecondFactor } from './account.entity.js';
import { askedFactor } from './guard.js';
import type { HeldAccount, OfAccount } from './held-account.js';
import { emailToInsert } from './named.js';
import { opensByOthers } from './ways-in.js';

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

/** What a token says of the account. */
export interface TokenAccount {
  uuid: string;
  has_password: boolean;
  second_factor: SecondFactor;
}

/** The rows with their account; none for a disabled one. */
export function withAccount<Row extends OfAccount>(
  call: Pick<RequestContext, 'now'>,
  from: Part<Row>,
): Part<Row & TokenAccount> {
  return part(
    'with_account',
    sql`
    SELECT f.*, a.uuid, a.password_hash IS NOT NULL AS has_password, ${askedFactor(call, 'second')} AS second_factor
    FROM ${from} f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL`,
  );
}

/** The rows with the `Profile` of their account; none for a disabled one. */
export function withProfile<Row extends OfAccount>(from: Part<Row>): Part<Row & Profile> {
  return part(
    'with_profile',
    sql`
    SELECT f.*, ${PROFILE} FROM ${from} f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL`,
  );
}

/** The same of a session check, with the language; without 64-bit columns, so that the row can travel as JSON. */
export type ProfileOfSession = Profile & { language: string };

/** As it then arrives: with timestamps as ISO strings. */
export interface SentProfile extends Omit<ProfileOfSession, 'created_at' | 'updated_at' | 'activated_at'> {
  created_at: string;
  updated_at: string;
  activated_at: string | null;
}

export function profileOf(session: Part<OfAccount>): Part<ProfileOfSession> {
  return part(
    'profile',
    sql`
    SELECT ${PROFILE}, a.language FROM ${session} s JOIN accounts a ON a.id = s.account_id WHERE a.disabled_at IS NULL`,
  );
}

/**
 * Changes what is given, of the account; no row when it has changed since. A new password ends what was made for the account before. A taken user name
 * violates `accounts_username_key`.
 */
export function changeProfile(
  { now }: RequestContext,
  change: ProfileChange,
  from: Part<HeldAccount>,
): Part<HeldAccount & Profile> {
  return part(
    'changed',
    sql`
    UPDATE accounts a SET
      username = coalesce(${change.username ?? null}, a.username),
      first_name = coalesce(${change.firstName ?? null}, a.first_name),
      last_name = coalesce(${change.lastName ?? null}, a.last_name),
      password_hash = coalesce(${change.passwordHash ?? null}, a.password_hash),
      password_changed_at = CASE WHEN ${change.passwordHash ?? null}::text IS NULL THEN a.password_changed_at ELSE ${now}::timestamptz END,
      security_stamp = a.security_stamp + CASE WHEN ${change.passwordHash ?? null}::text IS NULL THEN 0 ELSE 1 END,
      updated_at = ${now}::timestamptz
    FROM ${from} f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp
    RETURNING a.id AS account_id, a.security_stamp, ${PROFILE}`,
  );
}

/** Takes the password of the account away; no row when it has none, when nothing else opens it, or when it has changed since. */
export function removePassword(
  { now }: Pick<RequestContext, 'now'>,
  from: Part<HeldAccount>,
): Part<HeldAccount & Profile> {
  return part(
    'changed',
    sql`
    UPDATE accounts a SET password_hash = NULL, password_changed_at = ${now}::timestamptz,
      security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz
    FROM ${from} f WHERE a.id = f.account_id AND a.security_stamp = f.security_stamp AND a.password_hash IS NOT NULL
      AND ${opensByOthers()}
    RETURNING a.id AS account_id, a.security_stamp, ${PROFILE}`,
  );
}

/**
 * An account that somebody registered. One with an e-mail address is not activated before
 * its owner has proven that mailbox (`claimMailbox`); a taken identifier violates `accounts_<column>_key`.
 */
export function registerAccount({ now }: RequestContext, account: Registration): Part<HeldAccount & Profile> {
  const activatedAt = account.email === undefined ? now : null;
  return part(
    'created',
    sql`
    INSERT INTO accounts AS a (id, email, username, password_hash, first_name, last_name, activated_at, created_at, updated_at)
    VALUES (${account.id}::bigint, ${emailToInsert(account.email)}, ${account.username ?? null}, ${account.passwordHash ?? null},
      ${account.firstName ?? null}, ${account.lastName ?? null}, ${activatedAt}::timestamptz, ${now}::timestamptz, ${now}::timestamptz)
    RETURNING a.id AS account_id, a.security_stamp, ${PROFILE}`,
  );
}

/**
 * For who has just proven the mailbox of the account: the first proof activates the account, ends what was made for it before, and takes
 * away what whoever registered it may have left there. What an operator put on an account that was waiting stays.
 */
export function claimMailbox({ now }: RequestContext, from: Part<HeldAccount>): Claim {
  const claimed = part<HeldAccount & { invited: boolean }>(
    'claimed',
    sql`
      UPDATE accounts a SET activated_at = ${now}::timestamptz, updated_at = ${now}::timestamptz,
        security_stamp = a.security_stamp + 1,
        (password_hash, second_factor, phone, username, first_name, last_name) = (
          SELECT ${left('password', sql`a.password_hash`)}, ${left('authenticator', sql`a.second_factor`, sql`'none'`)},
            ${left('phone', sql`a.phone`)}, ${left('names', sql`a.username`)}, ${left('names', sql`a.first_name`)},
            ${left('names', sql`a.last_name`)}
          FROM (SELECT a.invited_at IS NOT NULL AS invited) i)
      FROM ${from} f WHERE a.id = f.account_id AND a.activated_at IS NULL AND a.security_stamp = f.security_stamp
      RETURNING a.id AS account_id, a.security_stamp, a.invited_at IS NOT NULL AS invited`,
  );
  const which = (label: string, condition: Sql) =>
    part<HeldAccount>(label, sql`SELECT account_id, security_stamp FROM ${claimed} WHERE ${condition}`);
  return {
    claimed,
    invited: which('invited_owner', sql`invited`),
    registered: which('registered_owner', sql`NOT invited`),
  };
}

/** What the first proof of its mailbox leaves of a column of account `a`, invited or not; otherwise `without`. */
function left(credential: Credential, column: Sql, without: Sql = sql`NULL`): Sql {
  const of = (event: StampEvent) => (fatesAt(event)[credential] === 'stays' ? column : without);
  const [invited, registered] = [of('invited_mailbox_proven'), of('registered_mailbox_proven')];
  return invited === registered ? invited : sql`CASE WHEN invited THEN ${invited} ELSE ${registered} END`;
}

/** The account whose mailbox was proven for the first time: `invited` by an operator, or `registered` by who had not proven it. */
export interface Claim {
  claimed: Part<HeldAccount>;
  invited: Part<HeldAccount>;
  registered: Part<HeldAccount>;
}

/** Of these accounts, those whose mailbox has been proven. */
export function claimedOnes(from: Part<HeldAccount>): Part<HeldAccount> {
  return part(
    'claimed_before',
    sql`
    SELECT f.account_id, f.security_stamp FROM ${from} f JOIN accounts a ON a.id = f.account_id
    WHERE a.activated_at IS NOT NULL`,
  );
}

/** The organisation of the account whose id `of` says; null where it has none, or there is no account. */
export function organisationOf(of: Sql): Sql {
  return sql`(SELECT a.org_id FROM accounts a WHERE a.id = ${of})`;
}
