import { Column, Entity, PrimaryColumn } from 'typeorm';

/** One way in for who has lost the second factor: good once. At rest an HMAC, bound to the account. */
@Entity('backup_codes')
export class BackupCodeEntity {
  @PrimaryColumn({ type: 'bigint', name: 'account_id' }) accountId: string;
  @PrimaryColumn({ type: 'text', name: 'code_hash' }) codeHash: string;
  /** The code, sealed for its owner, where a protocol lets the owner read it again. */
  @Column({ type: 'text', name: 'code_sealed', nullable: true }) codeSealed: string | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'used_at', nullable: true }) usedAt: Date | null;
}
