import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * One thing that happened. Append-only by a trigger, until its partition is dropped when its retention is over; holds ids and never a
 * secret, code or token.
 */
@Entity('audit_events')
@Index('audit_events_account', ['accountId', 'id'], { where: 'account_id IS NOT NULL' })
@Index('audit_events_attempt', ['attemptId'], { where: 'attempt_id IS NOT NULL' })
@Index('audit_events_repeat_key', ['repeatKey'], { where: 'repeat_key IS NOT NULL', unique: true })
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
  /**
   * In which partition it lies: `k` for what is kept long or `r` for what did nothing, and its day in UTC. Then `k` has the id, and `r`
   * a hash that is the same for all that differs in its moment of one minute alone. The release before had null and that hash.
   */
  @Column({ type: 'text', name: 'repeat_key', nullable: true }) repeatKey: string | null;
  /** How often the same happened again in that minute. */
  @Column({ type: 'integer', default: 0 }) repeated: number;
}
