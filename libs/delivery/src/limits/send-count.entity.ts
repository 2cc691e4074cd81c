import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** How many messages went out of a window: of a network, to a country, or all texts. */
@Entity('send_counts')
@Index('send_counts_over', ['windowEndsAt'])
export class SendCountEntity {
  @PrimaryColumn({ type: 'text' }) counted: string;
  /** Asked for by whoever has proven nothing. */
  @Column({ type: 'integer', name: 'for_anybody' }) forAnybody: number;
  @Column({ type: 'integer', name: 'for_owners' }) forOwners: number;
  @Column({ type: 'timestamptz', name: 'window_ends_at' }) windowEndsAt: Date;
}
