import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Channel, MessageState } from './message.js';

/** A mail or text: first a promise to send it, then the record of what became of it. */
@Entity('messages')
@Check('messages_channel', `channel IN ('email', 'sms')`)
@Check('messages_state', `state IN ('queued', 'sent', 'expired', 'refused', 'discarded')`)
@Check('messages_ended', `(state = 'queued') = (ended_at IS NULL)`)
@Check('messages_erased', `state = 'queued' OR facts_sealed IS NULL`)
@Index('messages_due', ['nextTryAt'], { where: `state = 'queued'` })
@Index('messages_attempt', ['attemptId'], { where: 'attempt_id IS NOT NULL' })
@Index('messages_expires_at', ['expiresAt'])
export class MessageEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'bigint', name: 'attempt_id', nullable: true }) attemptId: string | null;
  @Column({ type: 'bigint', name: 'account_id', nullable: true }) accountId: string | null;
  @Column({ type: 'text' }) channel: Channel;
  @Column({ type: 'text' }) template: string;
  @Column({ type: 'text' }) recipient: string;
  @Column({ type: 'text' }) language: string;
  /** What the template is told, under the server's key; null as soon as the message has ended. */
  @Column({ type: 'text', name: 'facts_sealed', nullable: true }) factsSealed: string | null;
  @Column({ type: 'text', default: 'queued' }) state: MessageState;
  /** Hand-overs begun. Each owner of the row has its own number, so a late one cannot overwrite the next. */
  @Column({ type: 'smallint', default: 0 }) tries: number;
  @Column({ type: 'timestamptz', name: 'next_try_at' }) nextTryAt: Date;
  @Column({ type: 'timestamptz', name: 'leased_until', nullable: true }) leasedUntil: Date | null;
  @Column({ type: 'text', name: 'last_error', nullable: true }) lastError: string | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true }) endedAt: Date | null;
}
