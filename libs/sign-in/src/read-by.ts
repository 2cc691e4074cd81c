import { readAt, type ProvenSignUp, type Used } from '@app/accounts';
import { part, type Effect, type Part, sql } from '@app/database';
import { liftSuppression } from '@app/delivery';

/** Whoever uses what was sent has read it: messages go to that mailbox or phone of the account again, where some had come back. */
export const readBy = (verdict: Part<Used>): Effect => liftSuppression(readAt(verdict));

/** The same of an address that is an account's from now on. `proof`: has a row when it was used. */
export function readFrom(address: string, proof: Part): Effect {
  return liftSuppression(part('read', sql`SELECT ${address}::text AS address FROM ${proof}`));
}

/** The same of whoever signs up, by the way that their code went. */
export function readInSignUp(signUp: Part<ProvenSignUp>): Effect {
  const read = sql`SELECT CASE s.method WHEN 'email' THEN s.email ELSE s.phone END AS address FROM ${signUp} s`;
  return liftSuppression(part('read', read));
}
