import { Column, Entity, PrimaryColumn } from 'typeorm';

/** An address that nothing is sent to, because a message to it came back for good. */
@Entity('suppressed_addresses')
export class SuppressedAddressEntity {
  /** As messages are addressed, in lower case. */
  @PrimaryColumn({ type: 'text' }) address: string;
  @Column({ type: 'timestamptz' }) since: Date;
  /** Of the message that came back. */
  @Column({ type: 'text' }) reference: string;
  @Column({ type: 'text', nullable: true }) detail: string | null;
}
