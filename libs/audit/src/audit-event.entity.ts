import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One thing that happened. Append-only by a trigger; holds ids and never a secret, code, token or hash. */
@Entity('audit_events')
@Index('audit_events_account', ['accountId', 'id'], { where: 'account_id IS NOT NULL' })
@Index('audit_events_attempt', ['attemptId'], { where: 'attempt_id IS NOT NULL' })
export class AuditEventEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'timestamptz' }) at: Date;
  /** What was tried: `password`, `code.verify`, `code.resend`, `session.renew` … */
  @Column({ type: 'text' }) event: string;
  /** How it ended: `redeemed`, `wrong`, `locked` … */
  @Column({ type: 'text' }) outcome: string;
  @Column({ type: 'text', nullable: true }) protocol: string | null;
  @Column({ type: 'bigint', name: 'account_id', nullable: true }) accountId: string | null;
  @Column({ type: 'bigint', name: 'session_id', nullable: true }) sessionId: string | null;
  @Column({ type: 'bigint', name: 'attempt_id', nullable: true }) attemptId: string | null;
  @Column({ type: 'text', name: 'client_address', nullable: true }) clientAddress: string | null;
  @Column({ type: 'text', name: 'user_agent', nullable: true }) userAgent: string | null;
  @Column({ type: 'text', name: 'request_id', nullable: true }) requestId: string | null;
}
