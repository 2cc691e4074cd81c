import { isLinkedElsewhere } from '@app/accounts';
import type { AttemptsRepository, NewAttempt } from '@app/attempts';
import { raw, sql, type Sql, violatedConstraint } from '@app/database';
import { codeMessage, type NewMessage } from '@app/delivery';
import { AuthError, randomDigits, type Call } from '@app/kernel';

const PURPOSE = 'sign_in';
const TRIES = 3;

/** To what a code is bound: the account, since it comes with the password and not with a session; and a phone that is being set up. */
export const bindingOf = (accountId: string, phone?: string | null): string =>
  phone ? `docspace ${accountId} ${phone}` : `docspace ${accountId}`;

type Method = 'email' | 'sms' | 'otp';

const OF_ACCOUNT = sql`a.account_id = (SELECT account_id FROM held) AND a.protocol = 'docspace' AND a.purpose = ${PURPOSE}`;

/**
 * Condition on attempt `a`: one of this protocol and of the account in part `held`, proven in this way: a code that was mailed while
 * mails were the second factor is none for an account that asks for texts now.
 */
export function ofAccount(method: Method): Sql {
  return sql`${OF_ACCOUNT} AND a.kind = ${kindOf(method)} AND a.method = ${method}`;
}

/** Part: the newest attempt of this method that still stands in the way of another: `{expires_at, status}`. */
export function standing({ now }: Call, method: Method): Sql {
  return sql`
    SELECT a.expires_at, a.status FROM attempts a WHERE ${ofAccount(method)}
      AND a.status IN ('open', 'exhausted') AND a.expires_at > ${now}::timestamptz ORDER BY a.id DESC LIMIT 1`;
}

/** Part: closes what is open of this kind for the account in part `held`, but not what can still be proven by `keep`. */
export function close({ now }: Call, kind: 'code' | 'totp', keep?: Method): Sql {
  return sql`
    UPDATE attempts a SET closed_at = ${now}::timestamptz,
      status = CASE WHEN a.expires_at <= ${now}::timestamptz THEN 'expired' ELSE 'superseded' END
    WHERE ${OF_ACCOUNT} AND a.kind = ${kind} AND a.status = 'open'
      AND (a.expires_at <= ${now}::timestamptz OR a.method IS DISTINCT FROM ${keep ?? null}::text) RETURNING a.id`;
}

function kindOf(method: Method): 'code' | 'totp' {
  return method === 'otp' ? 'totp' : 'code';
}

/**
 * Part: the account of part `from` (`account_id, security_stamp`), as `open` wants it, once part `closed` has run: an account has one open attempt of a kind
 * (`attempts_docspace`).
 */
export function afterClosing(from: string): Sql {
  return sql`
    SELECT f.account_id, f.account_id::text AS subject, NULL::bigint AS session_id, f.security_stamp
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
      if (isLinkedElsewhere(error)) throw new AuthError('credentials_wrong');
      if (violatedConstraint(error) !== 'attempts_docspace' || tries === TRIES) throw error;
    }
  }
}
