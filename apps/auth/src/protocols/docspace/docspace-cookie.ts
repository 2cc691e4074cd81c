import type { Request } from 'express';

/** What a credential of this protocol looks like: 256 bits. */
export const CREDENTIAL = '[\\w-]{43}';

const WHOLE = new RegExp(`^${CREDENTIAL}$`);

/** Whether a text has the form of one. */
export const isCredential = (text: string): boolean => WHOLE.test(text);

/** The credential in a cookie, when it has the form of one. Safe on a request that nobody has validated. */
export function credentialInCookie(request: Request, name: string): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}=(${CREDENTIAL})\\s*(?=;|$)`).exec(request.headers.cookie ?? '')?.[1];
}
