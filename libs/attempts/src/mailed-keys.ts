import type { AttemptPurpose } from './attempt.entity.js';

/** The keys that an operator mails: to somebody who has an account now, and to somebody who has signed in before. */
export const MAILED_KEYS: AttemptPurpose[] = ['invitation', 'sign_in_key'];
