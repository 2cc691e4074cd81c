import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Of the audit log what is on its way to the operator's receiver; it goes when it has arrived. */
@Entity('event_stream')
@Index('event_stream_due', ['nextTryAt'])
export class StreamedEventEntity {
  /** That of the row in the audit log. */
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'timestamptz' }) at: Date;
  @Column({ type: 'text' }) event: string;
  @Column({ type: 'text' }) outcome: string;
  @Column({ type: 'text', nullable: true }) protocol: string | null;
  @Column({ type: 'bigint', name: 'account_id' }) accountId: string;
  @Column({ type: 'bigint', name: 'session_id', nullable: true }) sessionId: string | null;
  @Column({ type: 'bigint', name: 'attempt_id', nullable: true }) attemptId: string | null;
  @Column({ type: 'text', name: 'client_address', nullable: true }) clientAddress: string | null;
  @Column({ type: 'text', name: 'request_id', nullable: true }) requestId: string | null;
  /** Begun, the one under way among them. */
  @Column({ type: 'integer', default: 0 }) tries: number;
  /** While a worker is at it: when another may take it. */
  @Column({ type: 'timestamptz', name: 'next_try_at' }) nextTryAt: Date;
}
