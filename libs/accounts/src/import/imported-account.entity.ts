import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** Where an account that was brought along comes from. Apart from `accounts`: whoever imports nobody has no column and no index for it. */
@Entity('imported_accounts')
@Unique('imported_accounts_external_id_key', ['externalId'])
export class ImportedAccountEntity {
  @PrimaryColumn({ type: 'bigint', name: 'account_id' }) accountId: string;
  /** By which the other system knows the person. */
  @Column({ type: 'text', name: 'external_id', nullable: true }) externalId: string | null;
  /** The import and the line of its file; null for who was asked for when they came. */
  @Column({ type: 'bigint', name: 'import_id', nullable: true }) importId: string | null;
  @Column({ type: 'integer', nullable: true }) line: number | null;
  @Column({ type: 'timestamptz', name: 'imported_at' }) importedAt: Date;
}
