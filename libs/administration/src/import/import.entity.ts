import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A file of people, and how far it is. Its line and its counts are written by the transaction that makes the accounts. */
@Entity('imports')
@Index('imports_unfinished', ['digest'], { where: 'finished_at IS NULL', unique: true })
export class ImportEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  /** SHA-256 of the file and of how it was to be read, in hexadecimal. */
  @Column({ type: 'text' }) digest: string;
  /** The last one that is done. */
  @Column({ type: 'integer', default: 0 }) line: number;
  @Column({ type: 'integer', default: 0 }) created: number;
  /** Who was here before the import. */
  @Column({ type: 'integer', default: 0 }) present: number;
  @Column({ type: 'integer', default: 0 }) doubled: number;
  @Column({ type: 'integer', default: 0 }) refused: number;
  @Column({ type: 'timestamptz', name: 'started_at' }) startedAt: Date;
  @Column({ type: 'timestamptz', name: 'finished_at', nullable: true }) finishedAt: Date | null;
}

/** A line of which no account was made, and why. It holds nothing of the person. */
@Entity('import_findings')
@Check('import_findings_what', `what IN ('refused', 'doubled')`)
export class ImportFindingEntity {
  @PrimaryColumn({ type: 'bigint', name: 'import_id' }) importId: string;
  @PrimaryColumn({ type: 'integer' }) line: number;
  @Column({ type: 'text' }) what: 'refused' | 'doubled';
  @Column({ type: 'text' }) reason: string;
}
