import type { MessageFacts, TemplateName } from '../message.js';
import { factorChanged } from './factor-changed.js';
import type { Speech } from '@app/pages';
import type { Letter } from './letter.js';
import { loginCode, recoveryCode, registrationCode } from './recovery-code.js';
import { identityLinked } from './identity-linked.js';
import { invitation, signInKey } from './mailed-key.js';
import { magicLink } from './magic-link.js';
import { recoveryCompleted, recoveryStarted } from './recovery-notice.js';
import { emailChange } from './email-change.js';
import {
  emailChanged,
  emailChanging,
  passkeysChanged,
  phoneChanged,
  usernameChanged,
} from './account-events.js';
import {
  accountDeleted,
  accountDeleting,
  accountDisabled,
  accountExists,
  keysAdded,
  passwordChanged,
  passwordNeeded,
  resetElsewhere,
} from './account-notice.js';
import { passwordReset } from './password-reset.js';
import { addressCode, signInCode, signUpCode } from './sign-in-code.js';
import type { Site } from './site.js';

/** One message in both of its forms. */
export interface Words {
  mail: Letter;
  /** Short enough for one text message. */
  sms: string;
}

export type Template<Facts> = (facts: Facts, site: Site, speech: Speech) => Words;

const templates: { [T in TemplateName]: Template<MessageFacts[T]> } = {
  sign_in_code: signInCode,
  sign_up_code: signUpCode,
  address_code: addressCode,
  account_exists: accountExists,
  password_needed: passwordNeeded,
  password_reset: passwordReset,
  reset_elsewhere: resetElsewhere,
  password_changed: passwordChanged,
  email_change: emailChange,
  email_changing: emailChanging,
  email_changed: emailChanged,
  username_changed: usernameChanged,
  phone_changed: phoneChanged,
  keys_added: keysAdded,
  passkeys_changed: passkeysChanged,
  account_disabled: accountDisabled,
  account_deleting: accountDeleting,
  account_deleted: accountDeleted,
  magic_link: magicLink,
  factor_changed: factorChanged,
  identity_linked: identityLinked,
  invitation,
  sign_in_key: signInKey,
  recovery_code: recoveryCode,
  registration_code: registrationCode,
  login_code: loginCode,
  recovery_started: recoveryStarted,
  recovery_completed: recoveryCompleted,
};

/** The template of a stored name, to be given the facts that were stored with it. Throws when this version has none. */
export function templateOf(name: string): Template<unknown> {
  if (!Object.hasOwn(templates, name)) throw new Error('a template that this version does not know');
  return templates[name as TemplateName] as Template<unknown>;
}
