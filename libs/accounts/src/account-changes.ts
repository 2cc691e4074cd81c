import { part, type Part, sql, type Sql } from '@app/database';
import { identifyAs, type RequestContext } from '@app/kernel';
import type { SecondFactor } from './account.entity.js';
import type { HeldAccount, MaybeOfAccount, OfAccount } from './held-account.js';
import { emailToInsert } from './named.js';
import { phoneAfter } from './phone-credential.js';

/** An account as an operator gives it; identifiers in the form in which they are stored (`identifyAs`). */
export interface NewAccount {
  id: string;
  email?: string;
  username?: string;
  phone?: string;
  /** None for an account that is proven otherwise. */
  passwordHash?: string;
  /** Whether it waits for its owner, who will prove a mailed key. */
  invited?: boolean;
  secondFactor: SecondFactor;
  orgId?: string;
  tenantId?: string;
  language: string;
}

/** A new account, activated unless it is `invited`. A taken identifier violates `accounts_<column>_key`. */
export function insertAccount(
  { now }: RequestContext,
  account: NewAccount,
): Part<HeldAccount & { uuid: string }> {
  return part(
    'changed',
    sql`
    INSERT INTO accounts (id, email, username, phone, phone_signs_in, password_hash, second_factor, org_id, tenant_id, language,
      activated_at, invited_at, created_at, updated_at)
    VALUES (${account.id}::bigint, ${emailToInsert(account.email)}, ${account.username ?? null}, ${account.phone ?? null},
      ${account.phone !== undefined}::boolean, ${account.passwordHash ?? null}, ${account.secondFactor}, ${account.orgId ?? null}, ${account.tenantId ?? null},
      ${account.language}, ${account.invited ? null : now}::timestamptz, ${account.invited ? now : null}::timestamptz, ${now}::timestamptz, ${now}::timestamptz)
    RETURNING id AS account_id, uuid, security_stamp`,
  );
}

/**
 * Statement: frees addresses of accounts that somebody registered with them and nobody has proven to own. In the order of their ids, as
 * everybody locks accounts who locks several.
 */
export function dropUnproven(...emails: string[]): Sql {
  const spellings = emails.flatMap((email) => {
    const { value, spellings = [value] } = identifyAs('email', email);
    return spellings;
  });
  return sql`
    DELETE FROM accounts WHERE id IN (
      SELECT id FROM accounts a WHERE email = ANY(${spellings}::text[]) AND activated_at IS NULL AND invited_at IS NULL
        AND NOT EXISTS (SELECT FROM imported_accounts m WHERE m.account_id = a.id)
      ORDER BY id FOR UPDATE)`;
}

/** Takes back an account as it was made at that moment, unless it has been changed since. */
export function dropMade(id: string, at: Date): Part<OfAccount> {
  return part(
    'dropped',
    sql`
    DELETE FROM accounts WHERE id = ${id}::bigint AND created_at = ${at}::timestamptz AND updated_at = created_at
    RETURNING id AS account_id`,
  );
}

/** Gives the account an authenticator, in the place of any it has; no step of the new one is used. */
export function putTotpFactor(
  { now }: RequestContext,
  accountId: string,
  secretSealed: string,
): Part<OfAccount> {
  return part(
    'factor',
    sql`
    INSERT INTO totp_factors (account_id, secret_sealed, created_at)
    VALUES (${accountId}::bigint, ${secretSealed}, ${now}::timestamptz)
    ON CONFLICT (account_id) DO UPDATE SET secret_sealed = excluded.secret_sealed, last_step = 0,
      created_at = excluded.created_at RETURNING account_id`,
  );
}

/** Statement, before a change in the same transaction: calls at one account stand in one line, and each sees what the one before did. */
export function lockAccount(accountId: string): Sql {
  return sql`SELECT FROM accounts WHERE id = ${accountId}::bigint FOR NO KEY UPDATE`;
}

/**
 * Ends what was made for the account before, and changes nothing else.
 */
export function raiseStamp(
  { now }: Pick<RequestContext, 'now'>,
  from: Part<MaybeOfAccount>,
): Part<HeldAccount> {
  return part(
    'raised',
    sql`
    UPDATE accounts a SET security_stamp = a.security_stamp + 1, updated_at = ${now}::timestamptz FROM ${from} f
    WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp`,
  );
}

/** Which second factor a sign-in asks for, by an operator. Ends what was made for the account before. */
export function setSecondFactor(
  { now }: RequestContext,
  from: Part<OfAccount>,
  factor: SecondFactor,
): Part<HeldAccount> {
  return part(
    'changed',
    sql`
    UPDATE accounts a SET second_factor = ${factor}, phone = ${phoneAfter('factor_set_by_operator', factor)}, security_stamp = a.security_stamp + 1,
      updated_at = ${now}::timestamptz
    FROM ${from} f WHERE a.id = f.account_id RETURNING a.id AS account_id, a.security_stamp`,
  );
}

/**
 * Shuts the account, which ends what was made for it before, or opens it again. One that is to be deleted is not opened; shut in the
 * meantime, it stays so when it is restored.
 */
export function setDisabled(
  { now }: RequestContext,
  accountId: string,
  disabled: boolean,
): Part<HeldAccount> {
  return part(
    'changed',
    sql`
    UPDATE accounts SET disabled_at = CASE WHEN ${disabled}::boolean THEN coalesce(disabled_at, ${now}::timestamptz) END,
      security_stamp = security_stamp + CASE WHEN ${disabled}::boolean THEN 1 ELSE 0 END, shut_by_deletion = false,
      updated_at = ${now}::timestamptz
    WHERE id = ${accountId}::bigint AND (${disabled}::boolean OR deletion_due_at IS NULL)
    RETURNING id AS account_id, security_stamp`,
  );
}
