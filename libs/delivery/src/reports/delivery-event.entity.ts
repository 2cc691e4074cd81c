import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a provider says became of a message: it arrived, never will, or not yet; or the provider gave up for another reason. */
export type DeliveryEventKind = 'delivered' | 'bounced' | 'delayed' | 'failed';

/** One report of a provider. Its id is the provider's, so that a report that comes twice is one. */
@Entity('delivery_events')
@Check('delivery_events_kind', `kind IN ('delivered', 'bounced', 'delayed', 'failed')`)
@Index('delivery_events_reference', ['reference'])
@Index('delivery_events_at', ['at'])
export class DeliveryEventEntity {
  @PrimaryColumn({ type: 'text' }) id: string;
  @Column({ type: 'timestamptz' }) at: Date;
  /** Of the message. */
  @Column({ type: 'text' }) reference: string;
  @Column({ type: 'text' }) kind: DeliveryEventKind;
  @Column({ type: 'text' }) provider: string;
  /** The provider's code of the reason, such as `5.1.1` or `30003`; never its words, which quote addresses. */
  @Column({ type: 'text', nullable: true }) detail: string | null;
}
