/** What an operator may do in the console, and what that is. */
export const ROLES = {
  support: 'look people up, end sessions, unlock, send again',
  admin: 'the same, and disable, enable, delete, and invite operators',
} as const;

export type Role = keyof typeof ROLES;

export const isRole = (text: unknown): text is Role => typeof text === 'string' && Object.hasOwn(ROLES, text);

/** Whether who has one role may do what needs the other. */
export const mayDo = (has: Role, needed: Role): boolean => needed === 'support' || has === 'admin';
