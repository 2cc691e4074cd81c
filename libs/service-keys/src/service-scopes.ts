/** What a service key may be good for, and what that is. A new scope is a line here, and `@ServiceKey` at what it opens. */
export const SERVICE_SCOPES = {
  introspect: 'ask whether a credential is good, and whose it is',
  recover: 'begin the recovery of an account in the place of its mailed code (dfns)',
} as const;

export type ServiceScope = keyof typeof SERVICE_SCOPES;

export const isServiceScope = (text: string): text is ServiceScope => Object.hasOwn(SERVICE_SCOPES, text);
