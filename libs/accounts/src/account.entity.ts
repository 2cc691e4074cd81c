import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

export const SECOND_FACTORS = ['none', 'email', 'sms', 'totp'] as const;
export type SecondFactor = (typeof SECOND_FACTORS)[number];

/** A person. Identifiers are stored in the one form that `identify` gives. */
@Entity('accounts')
@Unique('accounts_uuid_key', ['uuid'])
@Unique('accounts_email_key', ['email'])
@Unique('accounts_username_key', ['username'])
@Unique('accounts_phone_key', ['phone'])
@Index('accounts_unproven', ['createdAt'], { where: 'activated_at IS NULL AND invited_at IS NULL' })
// By the beginnings of names, made by a migration: in the order of bytes.
@Index('accounts_email_prefix', { synchronize: false })
@Index('accounts_username_prefix', { synchronize: false })
@Index('accounts_phone_prefix', { synchronize: false })
@Index('accounts_org', ['orgId', 'id'], { where: 'org_id IS NOT NULL' })
@Index('accounts_tenant', ['tenantId', 'id'], { where: 'tenant_id IS NOT NULL' })
@Index('accounts_deletion_due', ['deletionDueAt'], { where: 'deletion_due_at IS NOT NULL' })
@Check('accounts_identified', 'num_nonnulls(email, username, phone) > 0')
@Check('accounts_second_factor', `second_factor IN ('none', 'email', 'sms', 'totp')`)
export class AccountEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  /** For the protocols that expect a UUID. */
  @Column({ type: 'uuid', default: () => 'gen_random_uuid()' }) uuid: string;
  @Column({ type: 'text', nullable: true }) email: string | null;
  @Column({ type: 'text', nullable: true }) username: string | null;
  /** E.164. */
  @Column({ type: 'text', nullable: true }) phone: string | null;
  /** Whether it was proven, or given, for signing in; a phone that is there as a second factor alone was not. */
  @Column({ type: 'boolean', name: 'phone_signs_in', default: false }) phoneSignsIn: boolean;
  /** argon2id, PHC strings: of the password and of its client-side hash (`PasswordHasher`). */
  @Column({ type: 'text', name: 'password_hash', nullable: true }) passwordHash: string | null;
  @Column({ type: 'text', name: 'second_factor', default: 'none' }) secondFactor: SecondFactor;
  @Column({ type: 'text', name: 'org_id', nullable: true }) orgId: string | null;
  @Column({ type: 'text', name: 'tenant_id', nullable: true }) tenantId: string | null;
  @Column({ type: 'text', name: 'first_name', nullable: true }) firstName: string | null;
  @Column({ type: 'text', name: 'last_name', nullable: true }) lastName: string | null;
  /** BCP 47; what cannot be said in it is said in English. */
  @Column({ type: 'text', default: 'en' }) language: string;
  @Column({ type: 'timestamptz', name: 'activated_at', nullable: true }) activatedAt: Date | null;
  /** When an operator made it for somebody to come; null for what somebody registered. */
  @Column({ type: 'timestamptz', name: 'invited_at', nullable: true }) invitedAt: Date | null;
  @Column({ type: 'timestamptz', name: 'disabled_at', nullable: true }) disabledAt: Date | null;
  /** When it will be deleted; until then it is disabled. */
  @Column({ type: 'timestamptz', name: 'deletion_due_at', nullable: true }) deletionDueAt: Date | null;
  /** Whether it was open before that, and is again if it is restored. */
  @Column({ type: 'boolean', name: 'shut_by_deletion', default: false }) shutByDeletion: boolean;
  /** When its owner said "this wasn't me", the newest first: as many as it takes to guard the account. */
  @Column({ type: 'timestamptz', name: 'disowned_at', array: true, default: () => "'{}'" })
  disownedAt: Date[];
  /** Until then sign-in asks for more (`askedFactor`). */
  @Column({ type: 'timestamptz', name: 'guarded_until', nullable: true }) guardedUntil: Date | null;
  @Column({ type: 'timestamptz', name: 'password_changed_at', nullable: true })
  passwordChangedAt: Date | null;
  /** Raised by every event that ends what was made for the account before it (docs/security/what-ends-when.md). */
  @Column({ type: 'integer', name: 'security_stamp', default: 0 }) securityStamp: number;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'updated_at' }) updatedAt: Date;
}

/** An authenticator app (RFC 6238). The secret is sealed under the key ring, bound to the account. */
@Entity('totp_factors')
export class TotpFactorEntity {
  @PrimaryColumn({ type: 'bigint', name: 'account_id' }) accountId: string;
  @Column({ type: 'text', name: 'secret_sealed' }) secretSealed: string;
  /** The last accepted time step: no step at or before it is accepted again. */
  @Column({ type: 'bigint', name: 'last_step', default: 0 }) lastStep: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
}

/** Wrong passwords of one login, or of one login from one address, under a digest of them. */
@Entity('password_failures')
@Index('password_failures_login', ['login'])
@Index('password_failures_counts_until', ['countsUntil'])
export class PasswordFailuresEntity {
  @PrimaryColumn({ type: 'text' }) key: string;
  /** Digest of the login alone, by which an operator's `unlock` finds all of them. */
  @Column({ type: 'text' }) login: string;
  @Column({ type: 'integer' }) failures: number;
  @Column({ type: 'timestamptz', name: 'counts_until' }) countsUntil: Date;
  @Column({ type: 'timestamptz', name: 'locked_until', nullable: true }) lockedUntil: Date | null;
}
