import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Share } from './share.js';

/** When something was sent to one recipient out of one share, as far back as it counts. */
@Entity('recipient_sends')
@Index('recipient_sends_over', ['countsUntil'])
export class RecipientSendsEntity {
  /** A mailbox as its provider tells them apart, or a phone. */
  @PrimaryColumn({ type: 'text' }) recipient: string;
  @PrimaryColumn({ type: 'text' }) share: Share;
  @Column({ type: 'timestamptz', name: 'sent_at', array: true }) sentAt: Date[];
  /** From then on none of them counts. */
  @Column({ type: 'timestamptz', name: 'counts_until' }) countsUntil: Date;
}
