const ITS_NETWORK = 'whoever calls from the same network (IPv6: /64)';

/** Rows of `docs/security/limits.md`: of the console, whose owners are operators. */
export const CONSOLE_LIMITS = {
  consoleAddress: {
    limit: 'console: 300 requests of an address in a minute',
    spender: ITS_NETWORK,
    lost: 'use the console from there for the rest of the minute',
    open: 'every other network at once, all protocols at once, and this network when the minute ends',
    code: ['console.address', 'CONSOLE_REQUESTS_PER_MINUTE_LIMIT'],
  },
  consoleSignIns: {
    limit: 'console: sign-ins of an operator from a network: 5 in a minute, then 60 s',
    spender: 'anybody who knows the name, from the owner’s own network',
    lost: 'sign in to the console from that network for a minute',
    open: 'every other network; sessions that are there; this network when the minute ends',
    code: ['console.operator'],
  },
  consoleCodes: {
    limit: 'console: wrong codes of an operator behind the password: 10, one after another',
    spender: 'whoever has the first factor, and no stranger',
    lost: 'sign in to the console',
    open: 'sessions that are there; a new link of `operator reset`',
    code: ['WRONG_CODES_LIMIT'],
  },
};
