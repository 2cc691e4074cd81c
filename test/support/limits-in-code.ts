import type { AttemptFactor, SentPurpose } from '@app/attempts';
import type { Config } from '@app/config';
import type { LimitName } from './limits-table.js';

/** Each budget of guesses has its row: another kind of it does not compile without one. */
export const BUDGETS = {
  first: 'firstGuesses',
  second: 'secondGuesses',
} satisfies Record<AttemptFactor, LimitName>;

/** Each thing that is sent for. */
export const SENDS = {
  sign_in: 'signInSends',
  sign_up: 'signUpSends',
  second_factor: 'secondFactorSends',
  factor_setup: 'setupSends',
  contact_change: 'contactSends',
  magic_link: 'linkSends',
  password_reset: 'resetSends',
  recovery: 'recoverySends',
  registration: 'recoverySends',
  login: 'recoverySends',
} satisfies Record<SentPurpose, LimitName>;

/** Each secret that bears so many tries. */
export const TRIES = {
  sign_in: 'codeTries',
  sign_up: 'signUpGuesses',
  second_factor: 'codeTries',
  factor_setup: 'codeTries',
  contact_change: 'codeTries',
  magic_link: 'codeTries',
  recovery_proof: 'challengeTries',
  registration_proof: 'challengeTries',
  login_proof: 'challengeTries',
  user_action: 'challengeTries',
  credential_code: 'challengeTries',
  recovery_stop: 'linkUses',
  recovery: 'longCodeTries',
  registration: 'longCodeTries',
  login: 'longCodeTries',
  password_reset: 'linkUses',
  invitation: 'linkUses',
  sign_in_key: 'linkUses',
  link_exchange: 'linkUses',
} satisfies Record<keyof Config['attempts'], LimitName>;
