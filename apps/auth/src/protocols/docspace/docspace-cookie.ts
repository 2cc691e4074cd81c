import type { Request } from 'express';

/** What a credential of this protocol looks like: 256 bits. */
export const CREDENTIAL = '[\\w-]{43}';

const ONE = new RegExp(`^${CREDENTIAL}$`);

/** Whether a text has the form of a credential. */
export const isCredential = (text: string): boolean => ONE.test(text);

/** The key of a step: a credential, behind which may stand what it keeps, sealed under our key ring. */
export const STEP_KEY = `${CREDENTIAL}(?:\\.[\\w-]{1,64}\\.[\\w-]{1,1000})?`;

const WHOLE = new RegExp(`^${STEP_KEY}$`);

/** Whether a text has the form of such a key. */
export const isStepKey = (text: string): boolean => WHOLE.test(text);

/** The credential in a cookie, when it has the form of one. Safe on a request that nobody has validated. */
export function credentialInCookie(request: Request, name: string, form = CREDENTIAL): string | undefined {
  return new RegExp(`(?:^|;)\\s*${name}=(${form})\\s*(?=;|$)`).exec(request.headers.cookie ?? '')?.[1];
}
