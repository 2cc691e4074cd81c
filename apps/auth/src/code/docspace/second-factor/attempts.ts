import type { AttemptsRepository, NewAttempt } from '@app/attempts';
import { violatedConstraint } from '@app/database';
import { codeMessage, type NewMessage } from '@app/delivery';
import { AuthError, randomDigits, type Call } from '@app/kernel';
import sql, { raw, type Sql } from 'sql-template-tag';

const PURPOSE = 'sign_in';
const TRIES = 3;

/** To what a code is bound: the account, since it comes with the password and not with a session; and a phone that is being set up. */
export const bindingOf = (accountId: string, phone?: string | null): string =>
  phone ? `docspace ${accountId} ${phone}` : `docspace ${accountId}`;

/** Condition on attempt `a`: one of this protocol, of this kind, of the account in part `held`. */
export function ofAccount(kind: 'code' | 'totp'): Sql {
  return sql`a.account_id = (SELECT account_id FROM held) AND a.protocol = 'docspace' AND a.kind = ${kind}`;
}

/** Part: the newest attempt of this kind that still stands in the way of another: `{expires_at}`. */
export function standing({ now }: Call, kind: 'code' | 'totp'): Sql {
  return sql`
    SELECT a.expires_at FROM attempts a WHERE ${ofAccount(kind)} AND a.purpose = ${PURPOSE}
      AND a.status IN ('open', 'exhausted') AND a.expires_at > ${now}::timestamptz ORDER BY a.id DESC LIMIT 1`;
}

/** Part: closes the open attempt of this kind, of the account in part `held`: one that has run out, or whichever there is. */
export function close({ now }: Call, kind: 'code' | 'totp', which: 'expired' | 'superseded'): Sql {
  return sql`
    UPDATE attempts a SET status = ${which}, closed_at = ${now}::timestamptz
    WHERE ${ofAccount(kind)} AND a.purpose = ${PURPOSE} AND a.status = 'open'
      AND (${which} = 'superseded' OR a.expires_at <= ${now}::timestamptz) RETURNING a.id`;
}

/**
 * Part: the account of part `from`, as `open` wants it, once part `closed` has run: an account has one open attempt of a kind
 * (`attempts_docspace`).
 */
export function afterClosing(from: string): Sql {
  return sql`
    SELECT f.account_id, f.account_id::text AS subject, NULL::bigint AS session_id
    FROM ${raw(from)} f CROSS JOIN (SELECT count(*) FROM closed) after_that`;
}

/** A new attempt at a code that is sent, and the message that carries it. */
export function sentAttempt(
  call: Call,
  attempts: AttemptsRepository,
  channel: 'email' | 'sms',
  binding: string,
): { attempt: NewAttempt; message: NewMessage } {
  const code = randomDigits(6);
  const attempt: NewAttempt = {
    id: call.nextId(),
    purpose: PURPOSE,
    factor: 'second',
    kind: 'code',
    method: channel,
    ...attempts.ruleOf(PURPOSE, call.now),
    secret: { binding, value: code },
  };
  return { attempt, message: codeMessage(call, attempt, { template: 'sign_in_code', channel, code }) };
}

/** A new attempt at what is shown and not sent: the code of an authenticator, or a backup code. */
export function shownAttempt({ now, nextId }: Call, attempts: AttemptsRepository): NewAttempt {
  return {
    id: nextId(),
    purpose: PURPOSE,
    factor: 'second',
    kind: 'totp',
    method: 'otp',
    ...attempts.ruleOf(PURPOSE, now),
  };
}

/** Runs a statement that opens an attempt; again when a call that crossed it has opened one, which it then finds. */
export async function crossing<Row>(work: () => Promise<Row>): Promise<Row> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const violated = violatedConstraint(error);
      // Meanwhile the account was linked to another identity of the same issuer: this one is somebody else's.
      if (violated === 'external_identities_account') throw new AuthError('credentials_wrong');
      if (violated !== 'attempts_docspace' || tries === TRIES) throw error;
    }
  }
}
