import type { AttemptPurpose, AttemptsRepository, NewAttempt } from '@app/attempts';
import { violatedConstraint } from '@app/database';
import { codeMessage, type NewMessage } from '@app/delivery';
import { randomDigits, type RequestContext } from '@app/kernel';
import { kindOf } from './scope.js';

type Purpose = Extract<AttemptPurpose, 'second_factor' | 'factor_setup'>;

export interface SentCode {
  attempt: NewAttempt;
  message: NewMessage;
}

/** A new attempt at a code that is sent, and the message that carries it. */
export function sentCode(
  call: RequestContext,
  attempts: AttemptsRepository,
  channel: 'email' | 'sms',
  binding: string,
  purpose: Purpose = 'second_factor',
): SentCode {
  const code = randomDigits(6);
  const attempt: NewAttempt = {
    ...newAttempt(call, attempts, channel, purpose),
    secret: { binding, value: code },
  };
  return { attempt, message: codeMessage(call, attempt, { template: 'sign_in_code', channel, code }) };
}

/** A new attempt at what its owner has already: a code of the authenticator, or a backup code. `expiresAt`: where not by the rule. */
export function shownCode(
  call: RequestContext,
  attempts: AttemptsRepository,
  purpose: Purpose = 'second_factor',
  expiresAt?: Date,
): NewAttempt {
  return { ...newAttempt(call, attempts, 'otp', purpose), ...(expiresAt && { expiresAt }) };
}

function newAttempt(
  { nextId, now }: RequestContext,
  attempts: AttemptsRepository,
  method: 'email' | 'sms' | 'otp',
  purpose: Purpose,
): NewAttempt {
  const rule = attempts.ruleOf(purpose, now);
  return { id: nextId(), purpose, factor: 'second', kind: kindOf(method), method, ...rule };
}

const TRIES = 3;

/**
 * Runs a statement that opens an attempt at the second factor, of which one of a kind may be open in its scope; again when
 * another call has opened one at the same moment, which the next try finds.
 */
export async function retryOnConflict<Row>(work: () => Promise<Row>): Promise<Row> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (violatedConstraint(error) !== 'attempts_second_factor' || tries === TRIES) throw error;
    }
  }
}
