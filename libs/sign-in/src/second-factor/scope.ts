import type { HeldAccount } from '@app/accounts';
import type { Opening } from '@app/attempts';
import { part, type Part, sql, type Sql } from '@app/database';
import type { RequestContext } from '@app/kernel';

/** Whose second factor it is, and in which session. */
export interface FactorHolder {
  account_id: string;
  session_id: string | null;
}

/** A row of somebody who may try a second factor: the account, and the session where there is one already. */
export interface Candidate extends Opening {
  account_id: string;
  security_stamp: number;
}

/** The account before there is a session. */
export function withoutSession(held: Part<HeldAccount>): Part<Candidate> {
  return part(
    'candidate',
    sql`
    SELECT account_id, account_id::text AS subject, NULL::bigint AS session_id, security_stamp FROM ${held}`,
  );
}

/** For what a code of the second factor is good: this is what differs between the protocols. */
export interface FactorScope {
  /** Condition on attempt `a`, for whoever is in part `gate`. */
  of(gate: Part<Candidate>): Sql;
  /** What a code that is sent is bound to. `phone`: the one that is being set up by it. */
  binding(holder: FactorHolder, phone?: string | null): string;
}

/** For one session alone. */
export const inSession: FactorScope = {
  of: (gate) => sql`a.session_id = (SELECT session_id FROM ${gate})`,
  binding: ({ session_id }, phone) => withPhone(`session:${session_id}`, phone),
};

/** For the account, in the protocol of the call: where the code comes with the first factor, and not with a session. */
export function inProtocol({ protocol }: RequestContext): FactorScope {
  return {
    of: (gate) =>
      sql`a.account_id = (SELECT account_id FROM ${gate}) AND a.protocol = ${protocol} AND a.session_id IS NULL`,
    binding: ({ account_id }, phone) => withPhone(`${protocol} ${account_id}`, phone),
  };
}

function withPhone(binding: string, phone?: string | null): string {
  return phone ? `${binding} ${phone}` : binding;
}

/** Condition on attempt `a`: it is of the second factor, of whoever is in part `gate`, and proven like this. */
export function factorAttempt(
  scope: FactorScope,
  gate: Part<Candidate>,
  method: 'email' | 'sms' | 'otp',
): Sql {
  return sql`${scope.of(gate)} AND a.kind = ${kindOf(method)} AND a.method = ${method}`;
}

/** What is sent is a code; what an authenticator or a list of backup codes shows is none that we have made. */
export function kindOf(method: 'email' | 'sms' | 'otp'): 'code' | 'totp' {
  return method === 'otp' ? 'totp' : 'code';
}
