import type { AttemptPurpose } from '@app/kernel';
import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

export type { AttemptPurpose };

/**
 * `first`: a guess anyone can make; `second`: one behind a correct password. Their budgets are apart, so that nobody
 * without the password can spend the guesses of somebody who has it.
 */
export type AttemptFactor = 'first' | 'second';
/**
 * `code` is short and guessable; `link` is not; `totp` has its secret with the account's authenticator; `challenge` is
 * found like a link and answered by the signature of a key.
 */
export type AttemptKind = 'code' | 'link' | 'totp' | 'challenge';
/** What a right answer proves control of: a mailbox, a phone, an authenticator. */
export type AttemptMethod = 'email' | 'sms' | 'otp' | 'key';
export type AttemptStatus = 'open' | 'consumed' | 'expired' | 'exhausted' | 'superseded';

/** One pending proof of control. It is opened once and ends once. */
@Entity('attempts')
@Check('attempts_factor', `factor IN ('first', 'second')`)
@Check('attempts_kind', `kind IN ('code', 'link', 'totp', 'challenge')`)
@Check('attempts_method', `method IN ('email', 'sms', 'otp', 'key')`)
@Check('attempts_status', `status IN ('open', 'consumed', 'expired', 'exhausted', 'superseded')`)
@Check('attempts_tries', 'tries_left >= 0')
@Check('attempts_closed', `(status = 'open') = (closed_at IS NULL)`)
@Check('attempts_secret', `(kind = 'totp') = (secret_hash IS NULL)`)
@Index('attempts_session', ['sessionId'], { where: 'session_id IS NOT NULL' })
@Index('attempts_open', ['subject', 'purpose'], { where: `status = 'open'` })
@Index('attempts_account', ['accountId'], { where: 'account_id IS NOT NULL' })
@Index('attempts_link', ['secretHash'], { where: `kind = 'link'`, unique: true })
@Index('attempts_challenge', ['secretHash'], { where: `kind = 'challenge'`, unique: true })
// `attempts_second_factor` is made by a migration: of a kind, an account has one open in each session and protocol.
@Index('attempts_second_factor', { synchronize: false })
@Index('attempts_expires_at', ['expiresAt'])
@Index('attempts_due', ['expiresAt'], { where: `status = 'open'` })
@Index('attempts_browser', ['browserAttemptId'], { where: 'browser_attempt_id IS NOT NULL' })
export class AttemptEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'text' }) purpose: AttemptPurpose;
  @Column({ type: 'text' }) factor: AttemptFactor;
  @Column({ type: 'text' }) kind: AttemptKind;
  @Column({ type: 'text' }) method: AttemptMethod;
  @Column({ type: 'text' }) protocol: string;
  /** Whose guesses these are: the account's id, or a keyed hash of an identifier that no account has. */
  @Column({ type: 'text' }) subject: string;
  @Column({ type: 'bigint', name: 'account_id', nullable: true }) accountId: string | null;
  @Column({ type: 'bigint', name: 'session_id', nullable: true }) sessionId: string | null;
  /** What its maker read of the account; good only while the account still has it. */
  @Column({ type: 'integer', name: 'security_stamp', default: 0 }) securityStamp: number;
  @Column({ type: 'text', name: 'key_id', nullable: true }) keyId: string | null;
  /** HMAC-SHA-256 under a server key: a stolen table gives up no code. */
  @Column({ type: 'text', name: 'secret_hash', nullable: true }) secretHash: string | null;
  @Column({ type: 'text', default: 'open' }) status: AttemptStatus;
  @Column({ type: 'smallint', name: 'tries_left' }) triesLeft: number;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
  @Column({ type: 'timestamptz', name: 'closed_at', nullable: true }) closedAt: Date | null;
  /** The browser session in which it was begun, and what of it this proves. */
  @Column({ type: 'bigint', name: 'browser_session_id', nullable: true }) browserSessionId: string | null;
  @Column({ type: 'bigint', name: 'browser_attempt_id', nullable: true }) browserAttemptId: string | null;
  /** The sign-up whose address this proves: of somebody who has no account yet. */
  @Column({ type: 'bigint', name: 'sign_up_id', nullable: true }) signUpId: string | null;
}

/** Wrong guesses of one subject, across its attempts, flows, protocols and addresses. */
@Entity('guess_budgets')
// `guess_budgets_strangers` is made by a migration: those of identifiers that no account has, by when they are over.
@Index('guess_budgets_strangers', { synchronize: false })
export class GuessBudgetEntity {
  @PrimaryColumn({ type: 'text' }) subject: string;
  @PrimaryColumn({ type: 'text' }) factor: AttemptFactor;
  @Column({ type: 'integer', default: 0 }) spent: number;
  @Column({ type: 'timestamptz', name: 'refills_at', nullable: true }) refillsAt: Date | null;
}

/** When the next code may be sent again to one subject for one purpose. */
@Entity('send_windows')
@Index('send_windows_over', ['windowEndsAt'])
export class SendWindowEntity {
  @PrimaryColumn({ type: 'text' }) subject: string;
  @PrimaryColumn({ type: 'text' }) purpose: AttemptPurpose | 'login';
  @Column({ type: 'timestamptz', name: 'next_at' }) nextAt: Date;
  @Column({ type: 'integer' }) sent: number;
  @Column({ type: 'timestamptz', name: 'window_ends_at' }) windowEndsAt: Date;
}
