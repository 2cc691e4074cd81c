import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** What one browser holds: sign-ins of several accounts behind one token, of which only the SHA-256 is kept. */
@Entity('browser_sessions')
@Unique('browser_sessions_token_hash_key', ['tokenHash'])
@Index('browser_sessions_previous', ['previousTokenHash'], { where: 'previous_token_hash IS NOT NULL' })
@Index('browser_sessions_expires_at', ['expiresAt'])
@Index('browser_sessions_empty', ['expiresAt'], { where: 'active_session_id IS NULL' })
export class BrowserSessionEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'text', name: 'token_hash' }) tokenHash: string;
  /** The token before the last rotation. It opens nothing; it only tells a late request from a stranger. */
  @Column({ type: 'text', name: 'previous_token_hash', nullable: true }) previousTokenHash: string | null;
  @Column({ type: 'timestamptz', name: 'rotated_at' }) rotatedAt: Date;
  @Column({ type: 'bigint', name: 'active_session_id', nullable: true }) activeSessionId: string | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  /** Rolls on with each use. */
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
}

/** One sign-in or sign-up that a browser began, as its client sees it. What became of it, its session tells. */
@Entity('browser_attempts')
@Check('browser_attempts_kind', `kind IN ('sign_in', 'sign_up')`)
@Check('browser_attempts_method', `(kind = 'sign_in') = (method IS NOT NULL)`)
@Index('browser_attempts_session', ['browserSessionId', 'id'])
@Index('browser_attempts_expires_at', ['expiresAt'])
@Index('browser_attempts_account', ['accountId'], { where: 'account_id IS NOT NULL' })
export class BrowserAttemptEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'bigint', name: 'browser_session_id' }) browserSessionId: string;
  @Column({ type: 'text' }) kind: 'sign_in' | 'sign_up';
  /** How a sign-in was begun: `plain_email`, `email_otp`, `magic_link` … */
  @Column({ type: 'text', nullable: true }) method: string | null;
  /** Whose guesses and mails these are: the account's id, or a keyed hash of an identifier that no account has. */
  @Column({ type: 'text' }) subject: string;
  @Column({ type: 'bigint', name: 'account_id', nullable: true }) accountId: string | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
}
