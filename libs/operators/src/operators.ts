import { part, type Part, sql } from '@app/database';
import type { Role } from './role.js';

/** An operator that a statement has changed. */
export interface ChangedOperator {
  id: string;
  email: string;
  role: Role;
}

/** The one open invitation of an operator: `digest` of its token, and its end. */
export interface Invitation {
  hash: string;
  expiresAt: Date;
}

/** Both factors, at rest, and the step of the code by which the authenticator was proven. */
export interface NewFactors {
  passwordHash: string;
  totpSealed: string;
  step: number;
}

/** Wrong codes behind the right password, one after another, until nothing but a new invitation helps. */
export const WRONG_CODES_LIMIT = 10;

/** A new operator, who has to answer the invitation; no row when there is one with this address. */
export function insertOperator(
  { id, email, role }: ChangedOperator,
  { hash, expiresAt }: Invitation,
  now: Date,
): Part<ChangedOperator> {
  return part(
    'operator',
    sql`
    INSERT INTO operators (id, email, role, invitation_hash, invitation_expires_at, created_at)
    VALUES (${id}::bigint, ${email}, ${role}, ${hash}, ${expiresAt}::timestamptz, ${now}::timestamptz)
    ON CONFLICT (email) DO NOTHING RETURNING id::text AS id, email, role`,
  );
}

/** Takes both factors away, for a new invitation; no row when nobody has the address. */
export function reinviteOperator(email: string, { hash, expiresAt }: Invitation): Part<ChangedOperator> {
  return part(
    'operator',
    sql`
    UPDATE operators SET password_hash = NULL, totp_sealed = NULL, totp_last_step = NULL, wrong_codes = 0,
      invitation_hash = ${hash}, invitation_expires_at = ${expiresAt}::timestamptz
    WHERE email = ${email} RETURNING id::text AS id, email, role`,
  );
}

/** Sessions go with their operator. */
export function removeOperator(email: string): Part<ChangedOperator> {
  return part(
    'operator',
    sql`DELETE FROM operators WHERE email = ${email} RETURNING id::text AS id, email, role`,
  );
}

/** Whoever an open invitation is for. Looking at it changes nothing. */
export function invitedOperator(hash: string, now: Date): Part<ChangedOperator> {
  return part(
    'invited',
    sql`
    SELECT id::text AS id, email, role FROM operators
    WHERE invitation_hash = ${hash} AND invitation_expires_at > ${now}::timestamptz`,
  );
}

/** Answers the invitation, once: of two who do, one finds it open. */
export function giveFactors(hash: string, factors: NewFactors, now: Date): Part<ChangedOperator> {
  return part(
    'operator',
    sql`
    UPDATE operators SET password_hash = ${factors.passwordHash}, totp_sealed = ${factors.totpSealed},
      totp_last_step = ${factors.step}::bigint, wrong_codes = 0, invitation_hash = NULL, invitation_expires_at = NULL
    WHERE invitation_hash = ${hash} AND invitation_expires_at > ${now}::timestamptz
    RETURNING id::text AS id, email, role`,
  );
}

/** What a sign-in is checked against. */
export interface OperatorFactors extends ChangedOperator {
  password_hash: string | null;
  totp_sealed: string | null;
}

export function factorsOf(email: string): Part<OperatorFactors> {
  return part(
    'factors',
    sql`SELECT id::text AS id, email, role, password_hash, totp_sealed FROM operators WHERE email = ${email}`,
  );
}

/**
 * Counts a wrong code before the code is looked at, if `knows` (the right password was shown): a call that dies gives no free guess. No row
 * when it was not, too many codes were wrong, or the factors are no longer those that were read. Asked of nobody as well, so that a right
 * password costs no statement more than a wrong one.
 */
export function countCode(read: OperatorFactors | undefined, knows: boolean): Part<ChangedOperator> {
  const { id, password_hash, totp_sealed } = read ?? { id: null, password_hash: null, totp_sealed: null };
  return part(
    'counted',
    sql`
    UPDATE operators SET wrong_codes = wrong_codes + 1
    WHERE ${knows}::boolean AND id = ${id}::bigint AND password_hash = ${password_hash}::text
      AND totp_sealed = ${totp_sealed}::text AND wrong_codes < ${WRONG_CODES_LIMIT}::int
    RETURNING id::text AS id, email, role`,
  );
}

/**
 * Takes a right code, once: no row when one of its step or of a later one was taken before (RFC 6238 §5.2), or the factors are no longer
 * those that were read.
 */
export function acceptCode(read: OperatorFactors, step: number): Part<ChangedOperator> {
  return part(
    'operator',
    sql`
    UPDATE operators SET wrong_codes = 0, totp_last_step = ${step}::bigint
    WHERE id = ${read.id}::bigint AND password_hash = ${read.password_hash}::text
      AND totp_sealed = ${read.totp_sealed}::text AND totp_last_step < ${step}::bigint
    RETURNING id::text AS id, email, role`,
  );
}
