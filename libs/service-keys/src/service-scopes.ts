/** What a service key may be good for, and what that is. A new scope is a line here, and `@ServiceKey` at what it opens. */
export const SERVICE_SCOPES = {
  introspect: 'ask whether a credential is good, and whose it is',
  recover: 'begin the recovery of an account in the place of its mailed code (dfns)',
  'accounts:read': 'find accounts, and see them and their sessions',
  'accounts:write': 'make, change, disable, enable and unlock accounts, and end their sessions',
  'accounts:delete': 'delete accounts, and restore them before they are gone',
  'accounts:export': 'write accounts down without their secrets, with all that is kept about their owners',
  'attempts:read': 'see what became of attempts and messages, and what happened at an account',
  'audit:read': 'read the audit log',
  'recoveries:read': 'see the recoveries that wait for their time',
  'recoveries:write': 'stop a recovery that waits for its time',
  'statistics:read': 'see the last day in numbers',
} as const;

export type ServiceScope = keyof typeof SERVICE_SCOPES;

export const isServiceScope = (text: string): text is ServiceScope => Object.hasOwn(SERVICE_SCOPES, text);
