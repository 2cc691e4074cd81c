import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

export const CREDENTIAL_KINDS = ['Fido2', 'Key', 'RecoveryKey'] as const;
/** `Fido2`: a passkey; `Key`: a key pair the client keeps; `RecoveryKey`: one that is good for nothing but a recovery. */
export type CredentialKind = (typeof CREDENTIAL_KINDS)[number];

/** A public key of an account. One that is revoked stays as a record and opens nothing. */
@Entity('credentials')
@Index('credentials_account', ['accountId'])
@Unique('credentials_uuid_key', ['uuid'])
@Check('credentials_kind', `kind IN ('Fido2', 'Key', 'RecoveryKey')`)
@Index('credentials_active', ['accountId', 'credentialId'], { where: 'revoked_at IS NULL', unique: true })
@Index('credentials_shown', ['credentialId'], { where: 'revoked_at IS NULL' })
@Index('credentials_fido2', ['credentialId'], {
  where: `revoked_at IS NULL AND kind = 'Fido2'`,
  unique: true,
})
export class CredentialEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'uuid', default: () => 'gen_random_uuid()' }) uuid: string;
  @Column({ type: 'bigint', name: 'account_id' }) accountId: string;
  @Column({ type: 'text' }) kind: CredentialKind;
  /** As the client names it. */
  @Column({ type: 'text', name: 'credential_id' }) credentialId: string;
  @Column({ type: 'text' }) name: string;
  /** PEM; base64url of the COSE key for `Fido2`. */
  @Column({ type: 'text', name: 'public_key' }) publicKey: string;
  /** The last counter an authenticator showed: a lower one is a clone's. */
  @Column({ type: 'bigint', name: 'sign_count', default: 0 }) signCount: string;
  @Column({ type: 'text', array: true, default: '{}' }) transports: string[];
  /** The client's own cipher text, kept for it. */
  @Column({ type: 'text', name: 'encrypted_private_key', nullable: true }) encryptedPrivateKey: string | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true }) revokedAt: Date | null;
  /** Of one that its owner has revoked, and may take back. */
  @Column({ type: 'timestamptz', name: 'deactivated_at', nullable: true }) deactivatedAt: Date | null;
}

/** A proven recovery that waits out its delay. The new credentials are not good before. */
@Entity('pending_recoveries')
@Index('pending_recoveries_all', ['accountId'])
@Check('pending_recoveries_end', '(ended_at IS NULL) = (end_reason IS NULL)')
@Index('pending_recoveries_account', ['accountId'], { where: 'ended_at IS NULL', unique: true })
@Index('pending_recoveries_due', ['dueAt'], { where: 'ended_at IS NULL' })
export class PendingRecoveryEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'bigint', name: 'account_id' }) accountId: string;
  @Column({ type: 'text' }) protocol: string;
  /** Rows of `credentials` to be. */
  @Column({ type: 'jsonb' }) credentials: object[];
  @Column({ type: 'text', name: 'totp_sealed', nullable: true }) totpSealed: string | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'due_at' }) dueAt: Date;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true }) endedAt: Date | null;
  /** `completed`, `stopped`, `replaced`. */
  @Column({ type: 'text', name: 'end_reason', nullable: true }) endReason: string | null;
}
