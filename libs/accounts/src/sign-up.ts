import { after, join, part, type Part, sql } from '@app/database';
import { identifyAs, type Identifier, type RequestContext } from '@app/kernel';
import { emailToInsert, isNamed } from './named.js';

export interface NewSignUp {
  email?: string;
  username?: string;
  phone?: string;
  firstName?: string;
  lastName?: string;
  passwordHash: string;
  language: string;
  /** Whether an account has this address already. */
  emailTaken: boolean;
  phoneTaken: boolean;
}

/** Which of these identifiers belong to an account that somebody has proven, or that waits for whom it invites. */
export function takenIdentifiers(identifiers: Identifier[]): Part<{ kind: Identifier['kind'] }> {
  const questions = identifiers.map(
    (identifier) => sql`
      SELECT ${identifier.kind}::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE ${isNamed(identifier)}
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR ${identifier.kind}::text = 'username'))`,
  );
  return part('taken', join(questions, ' UNION ALL '));
}

/** What somebody signs up with, for the browser attempt that was begun. */
export function insertSignUp(signUp: NewSignUp, begun: Part<{ id: string }>): Part<{ id: string }> {
  return part(
    'sign_up',
    sql`
    INSERT INTO sign_ups (id, email, username, phone, first_name, last_name, password_hash, language,
      email_taken, phone_taken)
    SELECT b.id, ${signUp.email ?? null}, ${signUp.username ?? null}, ${signUp.phone ?? null}, ${signUp.firstName ?? null},
      ${signUp.lastName ?? null}, ${signUp.passwordHash}, ${signUp.language},
      ${signUp.emailTaken}, ${signUp.phoneTaken}
    FROM ${begun} b RETURNING id`,
  );
}

/** A sign-up of which an address was proven; `complete`: every one of them is. */
export interface ProvenSignUp {
  id: string;
  email: string | null;
  phone: string | null;
  /** How it was proven just now. */
  method: string | null;
  complete: boolean;
}

/** A type and not an interface, so that it is a record of parts too. */
export type Completion = {
  sign_up: Part<ProvenSignUp>;
  noted: Part<{ id: string }>;
  account: Part<{ account_id: string; security_stamp: number }>;
};

/**
 * Makes an account of the sign-up once the guess is right and every address of it is proven.
 *
 * What nobody proved is removed first: whoever registered this address before its owner did leaves neither a password
 * nor a session behind. A name that another account has taken meanwhile violates `accounts_<column>_key`, and with that
 * the whole statement is undone: the code is not burnt. `email`: that of the sign-up.
 */
export function completeSignUp(
  { now }: RequestContext,
  accountId: string,
  email: string | null,
  flow: Part<{ id: string }>,
  verdict: Part<{ outcome: string; method: string | null }>,
): Completion {
  const signUp = part<ProvenSignUp>(
    'sign_up',
    sql`
      SELECT u.*, v.method, (u.email IS NULL OR u.email_proven_at IS NOT NULL OR v.method = 'email')
        AND (u.phone IS NULL OR u.phone_proven_at IS NOT NULL OR v.method = 'sms') AS complete
      FROM sign_ups u JOIN ${flow} f ON f.id = u.id CROSS JOIN ${verdict} v WHERE v.outcome = 'redeemed'`,
  );
  const noted = part<{ id: string }>(
    'noted',
    sql`
      UPDATE sign_ups u SET
        email_proven_at = CASE WHEN s.method = 'email' THEN ${now}::timestamptz ELSE u.email_proven_at END,
        phone_proven_at = CASE WHEN s.method = 'sms' THEN ${now}::timestamptz ELSE u.phone_proven_at END,
        completed_at = CASE WHEN s.complete THEN ${now}::timestamptz END,
        password_hash = CASE WHEN s.complete THEN NULL ELSE u.password_hash END
      FROM ${signUp} s WHERE u.id = s.id RETURNING u.id`,
  );
  return { sign_up: signUp, noted, account: accountOfSignUp(now, accountId, email, signUp) };
}

function accountOfSignUp(
  now: Date,
  accountId: string,
  email: string | null,
  signUp: Part<ProvenSignUp>,
): Completion['account'] {
  const mailbox = identifyAs('email', email ?? '');
  const removed = part(
    'removed',
    sql`
      DELETE FROM accounts a USING ${signUp} s
      WHERE s.complete AND a.activated_at IS NULL AND a.invited_at IS NULL AND (${isNamed(mailbox, 'a')} OR a.phone = s.phone)
      RETURNING a.id`,
  );
  return part(
    'account',
    sql`
      INSERT INTO accounts (id, email, username, phone, phone_signs_in, first_name, last_name, password_hash, language, activated_at,
        created_at, updated_at)
      SELECT ${accountId}::bigint, ${emailToInsert(email ?? undefined, 'gives way')}, s.username, s.phone, s.phone IS NOT NULL, s.first_name, s.last_name, s.password_hash, s.language,
        ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
      FROM ${signUp} s CROSS JOIN ${after(removed)} WHERE s.complete RETURNING id AS account_id, security_stamp`,
  );
}
