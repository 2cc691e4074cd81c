import { part, type Part, sql } from '@app/database';

/** A row of an account. */
export interface OfAccount {
  account_id: string;
}

/** A row of an account, or of nobody: whoever joins it finds nothing then. */
export interface MaybeOfAccount {
  account_id: string | null;
}

/** An account, and the stamp by which what is made for it now can be told from what was made before. */
export interface HeldAccount extends OfAccount {
  security_stamp: number;
}

/** What has been decided about an attempt, and whose it was. */
export interface Decided extends MaybeOfAccount {
  /** `redeemed`: it was the right code. */
  outcome: string;
}

/** The account of a redeemed attempt; no row for any other verdict. */
export function redeemedAccount(
  verdict: Part<Decided & { security_stamp: number | null }>,
): Part<HeldAccount> {
  return part('redeemed', sql`SELECT account_id, security_stamp FROM ${verdict} WHERE outcome = 'redeemed'`);
}

/** This account, not looked at. */
export function ofAccount(id: string): Part<OfAccount> {
  return part('of_account', sql`SELECT ${id}::bigint AS account_id`);
}
