import { part, type Part, sql } from '@app/database';
import type { RequestContext } from '@app/kernel';
import type { SecondFactor } from '../account.entity.js';
import { askedFactor } from '../guard.js';
import type { OfAccount } from '../held-account.js';

/** By what an account can be proven. Ids are text, so that the row can travel as JSON. */
export interface AccountFactor extends OfAccount {
  second_factor: SecondFactor;
  /** Of its authenticator, sealed. */
  totp_secret: string | null;
}

/** The sessions with the second factor of their account; none for a disabled one. */
export function withFactor(
  call: Pick<RequestContext, 'now'>,
  from: Part<OfAccount & { session_id: string }>,
): Part<AccountFactor & { session_id: string }> {
  return part(
    'with_factor',
    sql`
    SELECT f.session_id::text AS session_id, a.id::text AS account_id, ${askedFactor(call, 'second')} AS second_factor,
      (SELECT t.secret_sealed FROM totp_factors t WHERE t.account_id = a.id) AS totp_secret
    FROM ${from} f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL`,
  );
}

/** Who sets a second factor up. */
export interface FactorSetupHolder extends OfAccount {
  /** What the account is known by: stands in the authenticator app. */
  label: string;
  /** Whether somebody has proven to own the account. */
  proven: boolean;
}

/** The sessions as those of somebody who sets a second factor up. */
export function withHolder(from: Part<OfAccount>): Part<FactorSetupHolder> {
  return part(
    'with_holder',
    sql`
    SELECT a.id AS account_id, coalesce(a.email, a.username, a.phone) AS label, a.activated_at IS NOT NULL AS proven
    FROM ${from} s JOIN accounts a ON a.id = s.account_id`,
  );
}

/** What freshness is judged by. */
export interface FreshAccount {
  second_factor: SecondFactor;
}

interface Judged extends OfAccount {
  signed_in_at: Date | null;
  second_factor_at: Date | null;
}

/** The sessions that were proven after `since`: by the second factor, where the account has one. */
export function whileFresh<Row extends Judged>(
  from: Part<Row>,
  since: Date,
  lenient: boolean,
): Part<Row & FreshAccount> {
  return part(
    'fresh',
    sql`
    SELECT s.*, a.second_factor FROM ${from} s JOIN accounts a ON a.id = s.account_id
    WHERE a.disabled_at IS NULL AND CASE WHEN a.second_factor <> 'none' THEN s.second_factor_at > ${since}::timestamptz
      ELSE ${lenient}::boolean OR s.signed_in_at > ${since}::timestamptz END`,
  );
}

/** The rows whose account is to have its codes texted and has no number yet; `only` false: all, and whether it is so. */
export function awaitingPhone<Row extends OfAccount>(
  from: Part<Row>,
  only = true,
): Part<Row & { waits: boolean }> {
  const waits = sql`(a.second_factor = 'sms' AND a.phone IS NULL)`;
  return part(
    'awaiting_phone',
    sql`
    SELECT f.*, ${waits} AS waits FROM ${from} f JOIN accounts a ON a.id = f.account_id
    WHERE a.disabled_at IS NULL AND (${waits} OR NOT ${only}::boolean)`,
  );
}

/** What an account has of its second factor. */
export interface AccountSetUp {
  uuid: string;
  email: string | null;
  label: string;
  second_factor: SecondFactor;
  /** Whether what the factor takes is there: a phone, an authenticator. */
  is_set_up: boolean;
}

/** The rows with that of their account; none for a disabled one. */
export function withSetUp<Row extends OfAccount>(
  call: Pick<RequestContext, 'now'>,
  from: Part<Row>,
): Part<Row & AccountSetUp> {
  return part(
    'with_set_up',
    sql`
    SELECT f.*, a.uuid, a.email, coalesce(a.email, a.username, a.phone) AS label, ${askedFactor(call, 'second')} AS second_factor, CASE a.second_factor
      WHEN 'sms' THEN a.phone IS NOT NULL
      WHEN 'totp' THEN EXISTS (SELECT FROM totp_factors t WHERE t.account_id = a.id) ELSE true END AS is_set_up
    FROM ${from} f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL`,
  );
}

/** The rows with the second factor of their account, and the phone that its codes go to; none for a disabled one. */
export function withSecondFactor<Row extends OfAccount>(
  call: Pick<RequestContext, 'now'>,
  from: Part<Row>,
): Part<Row & { second_factor: SecondFactor; phone: string | null }> {
  return part(
    'with_second_factor',
    sql`
    SELECT f.*, ${askedFactor(call, 'second')} AS second_factor, a.phone FROM ${from} f JOIN accounts a ON a.id = f.account_id WHERE a.disabled_at IS NULL`,
  );
}

/** What was proven of an account, and by what. */
interface ProvenBy {
  account_id: string | null;
  method: string | null;
}

/**
 * The rows whose account may have a session of this proof, with what it waits for. A channel that is the account's second factor
 * makes no session: one mailbox is never two factors.
 */
export function entering<Row extends ProvenBy>(
  call: Pick<RequestContext, 'now'>,
  from: Part<Row>,
): Part<Row & OfAccount & { second_factor: SecondFactor }> {
  return part(
    'entering',
    sql`
    SELECT f.*, CASE WHEN f.method = 'email' THEN a.second_factor ELSE ${askedFactor(call, 'first')} END AS second_factor
    FROM ${from} f JOIN accounts a ON a.id = f.account_id
    WHERE a.disabled_at IS NULL AND a.second_factor <> f.method`,
  );
}
