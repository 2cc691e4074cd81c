import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A second factor that its owner has not confirmed with a code yet: nothing asks for it, and it opens nothing. */
@Entity('factor_setups')
@Check('factor_setups_factor', `factor IN ('sms', 'totp')`)
@Check('factor_setups_secret', `(factor = 'totp') = (secret_sealed IS NOT NULL)`)
@Check('factor_setups_phone', `(factor = 'sms') = (phone IS NOT NULL)`)
export class FactorSetupEntity {
  @PrimaryColumn({ type: 'bigint', name: 'account_id' }) accountId: string;
  @Column({ type: 'text' }) factor: 'sms' | 'totp';
  /** Sealed like the secret of a confirmed authenticator, so that it can become one as it is. */
  @Column({ type: 'text', name: 'secret_sealed', nullable: true }) secretSealed: string | null;
  /** E.164. */
  @Column({ type: 'text', nullable: true }) phone: string | null;
  /** Keyed hashes of the backup codes that its owner has been shown: they count from its confirmation on. */
  @Column({ type: 'text', array: true, name: 'backup_code_hashes', nullable: true })
  backupCodeHashes: string[] | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
}
