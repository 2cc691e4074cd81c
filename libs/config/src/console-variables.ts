import { z } from 'zod';
import { Networks } from './networks.js';
import { networks, seconds, whole } from './readers.js';
import { set } from './variable.js';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** The console of the support desk. NIST SP 800-63B-4 §2.2.3: at AAL2 a session ends after a day, and after an hour without use. */
export const consoleVariables = {
  CONSOLE: set(
    z.enum(['on', 'off'], { error: 'must be on or off' }),
    'on',
    'The console of the support desk at /console; off: there is none.',
  ),
  CONSOLE_NETWORKS: set(
    networks,
    '',
    'From where the console may be reached: addresses, CIDR networks, loopback, linklocal, uniquelocal. Empty: from everywhere.',
  ),
  CONSOLE_IDLE_SECONDS: set(
    seconds(HOUR),
    '1800',
    'How long a session of the console lasts that is not used.',
  ),
  CONSOLE_SESSION_SECONDS: set(seconds(DAY), '28800', 'How long it lasts at most.'),
  CONSOLE_REQUESTS_PER_MINUTE_LIMIT: set(
    whole(1, 1_000_000),
    '300',
    'Requests of one address to the console in a minute.',
  ),
};

type Given = { [Name in keyof typeof consoleVariables]: z.output<(typeof consoleVariables)[Name]> };

export function consoleOf(env: Given) {
  return Object.freeze({
    isOn: env.CONSOLE === 'on',
    networks: new Networks(env.CONSOLE_NETWORKS),
    idleSeconds: env.CONSOLE_IDLE_SECONDS,
    sessionSeconds: env.CONSOLE_SESSION_SECONDS,
    requestsPerMinute: env.CONSOLE_REQUESTS_PER_MINUTE_LIMIT,
  });
}
