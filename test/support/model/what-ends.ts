/** Which sessions an event ends beside the one that does it, and whether keys by mail outlive it. */
interface Ending {
  sessions: 'all' | 'waiting' | 'lacking it';
  attempts: 'all' | 'all but keys by mail';
}

/** The table of docs/security/what-ends-when.md, row by row. */
export const WHAT_ENDS = {
  'password changed': { sessions: 'all', attempts: 'all' },
  'password reset': { sessions: 'all', attempts: 'all' },
  'mailbox proven for the first time': { sessions: 'all', attempts: 'all' },
  'second factor switched on': { sessions: 'lacking it', attempts: 'all' },
  'second factor taken away': { sessions: 'waiting', attempts: 'all' },
  'second factor changed by an operator': { sessions: 'waiting', attempts: 'all but keys by mail' },
  'phone changed by an operator': { sessions: 'waiting', attempts: 'all' },
  'recovery completed': { sessions: 'all', attempts: 'all' },
  'account disabled': { sessions: 'all', attempts: 'all' },
  'account to be deleted': { sessions: 'all', attempts: 'all' },
  'sessions revoked': { sessions: 'all', attempts: 'all' },
  'signed out everywhere': { sessions: 'all', attempts: 'all' },
} as const satisfies Record<string, Ending>;

export type Event = keyof typeof WHAT_ENDS;
