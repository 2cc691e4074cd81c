import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

export type SessionStage = 'pending' | 'signed_in';

/** One proof and when it was given (RFC 8176 names where it has one). `fed`: an identity provider vouched for them. */
export interface AuthenticationMethod {
  method: 'pwd' | 'otp' | 'sms' | 'email' | 'pop' | 'fed';
  /** ISO 8601, UTC. */
  at: string;
}

/** What a successful proof yields. The credential itself is nowhere: only its SHA-256 is. */
@Entity('sessions')
@Unique('sessions_token_hash_key', ['tokenHash'])
@Check('sessions_stage', `stage IN ('pending', 'signed_in')`)
@Check('sessions_end', '(ended_at IS NULL) = (end_reason IS NULL)')
@Check(
  'sessions_refresh',
  '(refresh_hash IS NULL) = (absolute_ends_at IS NULL) AND (refresh_previous_hash IS NULL) = (refresh_rotated_at IS NULL) AND (refresh_hash IS NOT NULL OR refresh_previous_hash IS NULL)',
)
@Index('sessions_account', ['accountId'])
@Index('sessions_live', ['accountId'], { where: 'ended_at IS NULL' })
@Index('sessions_expires_at', ['expiresAt'])
@Index('sessions_ended', ['endedAt'], { where: 'ended_at IS NOT NULL' })
@Index('sessions_surplus', ['endedAt'], { where: `end_reason = 'surplus'` })
@Index('sessions_browser', ['browserSessionId'], { where: 'browser_session_id IS NOT NULL' })
@Index('sessions_browser_attempt', ['browserAttemptId'], {
  where: 'browser_attempt_id IS NOT NULL',
  unique: true,
})
export class SessionEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'bigint', name: 'account_id' }) accountId: string;
  /** A credential is good only in the protocol that issued it. */
  @Column({ type: 'text' }) protocol: string;
  @Column({ type: 'text' }) stage: SessionStage;
  @Column({ type: 'text', name: 'token_hash' }) tokenHash: string;
  @Column({ type: 'jsonb' }) amr: AuthenticationMethod[];
  @Column({ type: 'text', name: 'client_address' }) clientAddress: string;
  @Column({ type: 'text', name: 'user_agent' }) userAgent: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'signed_in_at', nullable: true }) signedInAt: Date | null;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
  /** SHA-256 of the one refresh token that is good; null where a session is not refreshed. */
  @Column({ type: 'text', name: 'refresh_hash', nullable: true }) refreshHash: string | null;
  /** Of the one before: good for a grace, for a lost answer. */
  @Column({ type: 'text', name: 'refresh_previous_hash', nullable: true }) refreshPreviousHash: string | null;
  @Column({ type: 'timestamptz', name: 'refresh_rotated_at', nullable: true }) refreshRotatedAt: Date | null;
  /** No refresh moves the end beyond it. */
  @Column({ type: 'timestamptz', name: 'absolute_ends_at', nullable: true }) absoluteEndsAt: Date | null;
  /** The last proof of the second factor: for a while it opens what is sensitive. */
  @Column({ type: 'timestamptz', name: 'second_factor_at', nullable: true }) secondFactorAt: Date | null;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true }) endedAt: Date | null;
  /** What its maker read of the account; good only while the account still has it. */
  @Column({ type: 'integer', name: 'security_stamp', default: 0 }) securityStamp: number;
  /** `logout`, `disabled`, `revoked`, `surplus` … */
  @Column({ type: 'text', name: 'end_reason', nullable: true }) endReason: string | null;
  /** The browser session that holds this sign-in, and the attempt of it that led here. */
  @Column({ type: 'bigint', name: 'browser_session_id', nullable: true }) browserSessionId: string | null;
  @Column({ type: 'bigint', name: 'browser_attempt_id', nullable: true }) browserAttemptId: string | null;
}
