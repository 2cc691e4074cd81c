import type { NewAttempt } from '@app/attempts';
import { codeMessage, type NewMessage } from '@app/delivery';
import { randomDigits, type Call } from '@app/kernel';

/** What a code is bound to: good for one session alone. */
export const bindingOf = (sessionId: string): string => `session:${sessionId}`;

/** A new attempt at a second factor that is sent, with its code and the message that carries it. */
export function sentFactor(
  call: Call,
  channel: 'email' | 'sms',
  target: { purpose: 'second_factor' | 'factor_setup'; binding: string },
  rule: Pick<NewAttempt, 'tries' | 'expiresAt'>,
): { attempt: NewAttempt; message: NewMessage } {
  const code = randomDigits(6);
  const attempt: NewAttempt = {
    id: call.nextId(),
    purpose: target.purpose,
    factor: 'second',
    kind: 'code',
    method: channel,
    ...rule,
    secret: { binding: target.binding, value: code },
  };
  return { attempt, message: codeMessage(call, attempt, { template: 'sign_in_code', channel, code }) };
}

/** A new attempt at the code of an authenticator, or at a backup code. */
export function shownFactor(
  { nextId }: Call,
  purpose: 'second_factor' | 'factor_setup',
  rule: Pick<NewAttempt, 'tries' | 'expiresAt'>,
): NewAttempt {
  return { id: nextId(), purpose, factor: 'second', kind: 'totp', method: 'otp', ...rule };
}
