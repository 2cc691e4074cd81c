import { join, type Parts, raw, sql, type Sql } from '@app/database';
import type { Call, Identifier } from '@app/kernel';

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

/** Statement: which of these identifiers belong to an account that somebody has proven, or that waits for whom it invites: rows of `{kind}`. */
export function takenIdentifiers(identifiers: Identifier[]): Sql {
  const questions = identifiers.map(
    ({ kind, value }) => sql`
      SELECT ${kind}::text AS kind WHERE EXISTS (
        SELECT FROM accounts WHERE ${raw(kind)} = ${value}
          AND (activated_at IS NOT NULL OR invited_at IS NOT NULL OR ${kind}::text = 'username'))`,
  );
  return join(questions, ' UNION ALL ');
}

/** Part: what somebody signs up with, for the attempt in part `begun` (`id`): `{id}`. */
export function insertSignUp(signUp: NewSignUp, begun: string): Sql {
  return sql`
    INSERT INTO sign_ups (id, email, username, phone, first_name, last_name, password_hash, language,
      email_taken, phone_taken)
    SELECT b.id, ${signUp.email ?? null}, ${signUp.username ?? null}, ${signUp.phone ?? null}, ${signUp.firstName ?? null},
      ${signUp.lastName ?? null}, ${signUp.passwordHash}, ${signUp.language},
      ${signUp.emailTaken}, ${signUp.phoneTaken}
    FROM ${raw(begun)} b RETURNING id`;
}

/**
 * Parts that make an account of the sign-up in part `flow` (`id`) once the attempt in part `verdict` is redeemed and
 * every address of it is proven: `account` is `{account_id, security_stamp}`, `sign_up` tells by `complete` whether there is one.
 *
 * What nobody proved is removed first: whoever registered this address before its owner did leaves neither a password
 * nor a session behind. A name that another account has taken meanwhile violates `accounts_<column>_key`, and with that
 * the whole statement is undone: the code is not burnt.
 */
export function completeSignUp({ now }: Call, accountId: string): Parts {
  return {
    sign_up: sql`
      SELECT u.*, v.method, (u.email IS NULL OR u.email_proven_at IS NOT NULL OR v.method = 'email')
        AND (u.phone IS NULL OR u.phone_proven_at IS NOT NULL OR v.method = 'sms') AS complete
      FROM sign_ups u JOIN flow f ON f.id = u.id CROSS JOIN verdict v WHERE v.outcome = 'redeemed'`,
    noted: sql`
      UPDATE sign_ups u SET
        email_proven_at = CASE WHEN s.method = 'email' THEN ${now}::timestamptz ELSE u.email_proven_at END,
        phone_proven_at = CASE WHEN s.method = 'sms' THEN ${now}::timestamptz ELSE u.phone_proven_at END,
        completed_at = CASE WHEN s.complete THEN ${now}::timestamptz END,
        password_hash = CASE WHEN s.complete THEN NULL ELSE u.password_hash END
      FROM sign_up s WHERE u.id = s.id RETURNING u.id`,
    removed: sql`
      DELETE FROM accounts a USING sign_up s
      WHERE s.complete AND a.activated_at IS NULL AND a.invited_at IS NULL AND (a.email = s.email OR a.phone = s.phone) RETURNING a.id`,
    account: sql`
      INSERT INTO accounts (id, email, username, phone, first_name, last_name, password_hash, language, activated_at,
        created_at, updated_at)
      SELECT ${accountId}::bigint, s.email, s.username, s.phone, s.first_name, s.last_name, s.password_hash, s.language,
        ${now}::timestamptz, ${now}::timestamptz, ${now}::timestamptz
      FROM sign_up s CROSS JOIN (SELECT count(*) FROM removed) after_that WHERE s.complete RETURNING id AS account_id, security_stamp`,
  };
}
