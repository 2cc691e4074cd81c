import { digest, isSameSecret } from '@app/kernel';

/**
 * What proves that a form is of the session that sends it (OWASP's synchronizer token): derived from the token of the session, which no
 * script and no other site reads, so that it needs no place of its own and ends with the session.
 */
export const formTokenOf = (sessionToken: string): string => digest(`form of ${sessionToken}`);

export function isFormOf(sessionToken: string | undefined, given: unknown): boolean {
  return sessionToken !== undefined && isSameSecret(given, formTokenOf(sessionToken));
}
