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

/** This account, not looked at. */
export function ofAccount(id: string): Part<OfAccount> {
  return part('of_account', sql`SELECT ${id}::bigint AS account_id`);
}
