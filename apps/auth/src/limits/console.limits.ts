import { storedEmail } from '@app/kernel';
import { byAddress, type Limit } from '@app/throttle';
import type { Request } from 'express';

/** Of one address in a minute. */
export const consoleLimits: Limit[] = [
  {
    name: 'console.address',
    limit: (config) => config.console.requestsPerMinute,
    windowSeconds: () => 60,
    tracker: byAddress,
  },
];

/**
 * Sign-ins of one operator from one network, right ones too: the numbers of wrong passwords of an account. There is none over all networks,
 * by which a stranger could keep an operator out: no answer tells a right password from a wrong one, and behind a right one codes are counted.
 */
export const operatorLimits: Limit[] = [
  {
    name: 'console.operator',
    limit: (config) => config.passwords.tries,
    windowSeconds: (config) => config.passwords.triesSeconds,
    blockSeconds: (config) => config.passwords.lockSeconds,
    tracker: (request) => `${operatorIn(request)} ${byAddress(request)}`,
  },
];

/** Whom a sign-in names, in the one spelling of each. */
function operatorIn({ body }: Request): string {
  const { email } = (body ?? {}) as { email?: unknown };
  return typeof email === 'string' ? (storedEmail(email) ?? '') : '';
}
