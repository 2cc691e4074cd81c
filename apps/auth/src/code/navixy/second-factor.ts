import type { NewAttempt } from '@app/attempts';
import { randomDigits, type Call } from '@app/kernel';

/**
 * A new attempt at the account's second factor and, where one is sent, its code. The code is bound to the credential of
 * the pending session: what is good for one sign-in means nothing to another.
 */
export function secondFactorAttempt(
  call: Call,
  factor: 'email' | 'sms' | 'totp',
  tokenHash: string,
  rule: Pick<NewAttempt, 'tries' | 'expiresAt'>,
) {
  const code = randomDigits(6);
  const attempt: NewAttempt = {
    id: call.nextId(),
    purpose: 'sign_in',
    factor: 'second',
    kind: factor === 'totp' ? 'totp' : 'code',
    method: factor === 'totp' ? 'otp' : factor,
    ...rule,
    secret: factor === 'totp' ? undefined : { binding: tokenHash, value: code },
  };
  return { attempt, code };
}
