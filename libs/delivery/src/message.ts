import type { FactorChangedFacts } from './templates/factor-changed.js';
import type { RecoveryCodeFacts } from './templates/recovery-code.js';
import type { MagicLinkFacts } from './templates/magic-link.js';
import type { RecoveryCompletedFacts, RecoveryStartedFacts } from './templates/recovery-notice.js';
import type { PasskeysChangedFacts, PhoneChangedFacts } from './templates/account-events.js';
import type { EmailChangeFacts } from './templates/email-change.js';
import type { AccountDeletingFacts, AccountNoticeFacts } from './templates/account-notice.js';
import type { PasswordResetFacts } from './templates/password-reset.js';
import type { IdentityLinkedFacts } from './templates/identity-linked.js';
import type { MailedKeyFacts } from './templates/mailed-key.js';
import type { SignInCodeFacts } from './templates/sign-in-code.js';

export const CHANNELS = ['email', 'sms'] as const;
export type Channel = (typeof CHANNELS)[number];
/**
 * `refused`: a provider will never take it for this recipient. `discarded`: what it carries was overtaken before it went out.
 * `withheld`: a limit over everything was reached. `failed`: it cannot be opened, put into words or recorded, and was set aside.
 */
export type MessageState = 'queued' | 'sent' | 'expired' | 'refused' | 'discarded' | 'withheld' | 'failed';

/** What each template has to be told. A new template is a line here, which does not compile until it is written. */
export interface MessageFacts {
  sign_in_code: SignInCodeFacts;
  sign_up_code: SignInCodeFacts;
  address_code: SignInCodeFacts;
  account_exists: AccountNoticeFacts;
  password_needed: AccountNoticeFacts;
  password_reset: PasswordResetFacts;
  reset_elsewhere: AccountNoticeFacts;
  password_changed: AccountNoticeFacts;
  email_change: EmailChangeFacts;
  email_changing: AccountNoticeFacts;
  email_changed: AccountNoticeFacts;
  username_changed: AccountNoticeFacts;
  phone_changed: PhoneChangedFacts;
  keys_added: AccountNoticeFacts;
  passkeys_changed: PasskeysChangedFacts;
  account_disabled: AccountNoticeFacts;
  account_deleting: AccountDeletingFacts;
  account_deleted: AccountNoticeFacts;
  magic_link: MagicLinkFacts;
  factor_changed: FactorChangedFacts;
  identity_linked: IdentityLinkedFacts;
  invitation: MailedKeyFacts;
  sign_in_key: MailedKeyFacts;
  recovery_code: RecoveryCodeFacts;
  registration_code: RecoveryCodeFacts;
  login_code: RecoveryCodeFacts;
  recovery_started: RecoveryStartedFacts;
  recovery_completed: RecoveryCompletedFacts;
}
export type TemplateName = keyof MessageFacts;

interface MessageOf<T extends TemplateName> {
  id: string;
  channel: Channel;
  template: T;
  /** Sealed in the row and erased with the statement that ends it: they hold the secret. */
  facts: MessageFacts[T];
  attemptId?: string;
  /** From then on the message is worth nothing and is not sent. */
  expiresAt: Date;
}

/** A message to be queued. To whom it goes, and in which language, is read by the statement that queues it. */
export type NewMessage = { [T in TemplateName]: MessageOf<T> }[TemplateName];

/** A row that this worker owns until its lease ends. `tries` is the fence: it changes with the owner. */
export interface ClaimedMessage {
  id: string;
  /** Null in one that a release without references queued. */
  reference: string | null;
  channel: Channel;
  /** As stored: a newer replica may have written a name that this version does not know. */
  template: string;
  recipient: string;
  language: string;
  /** Of the account it goes to. */
  organisation: string | null;
  factsSealed: string | null;
  tries: number;
  createdAt: Date;
  expiresAt: Date;
}

/**
 * How one try ended. `reason` goes to the log and the row: it never holds a secret or an address. `fault`: whose it is that it has to be
 * tried again; `provider` counts towards a rest of that provider, and with `retryAfterSeconds` it has asked for one.
 */
export type HandOverVerdict =
  | { outcome: 'sent'; providerId?: string }
  | { outcome: 'refused' | 'failed'; reason: string }
  | { outcome: 'retry'; reason: string; fault: 'provider' | 'message' | 'ours'; retryAfterSeconds?: number };

/** One try at a message as its row remembers it, for whoever asks what became of it. */
export interface HandOverEntry {
  at: string;
  try: number;
  provider: string;
  outcome: HandOverVerdict['outcome'];
  /** What the provider answered, in our words: a code, never its text. */
  answer: string;
}
