import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Channel, HandOverEntry, MessageState } from './message.js';

/** A mail or text: first a promise to send it, then the record of what became of it. */
@Entity('messages')
@Check('messages_channel', `channel IN ('email', 'sms')`)
@Check(
  'messages_state',
  `state IN ('queued', 'sent', 'expired', 'refused', 'discarded', 'withheld', 'failed')`,
)
@Check('messages_ended', `(state = 'queued') = (ended_at IS NULL)`)
@Check('messages_erased', `state = 'queued' OR facts_sealed IS NULL`)
@Index('messages_due', ['channel', 'notice', 'expiresAt', 'nextTryAt'], { where: `state = 'queued'` })
@Index('messages_account', ['accountId'], { where: 'account_id IS NOT NULL' })
@Index('messages_attempt', ['attemptId'], { where: 'attempt_id IS NOT NULL' })
@Index('messages_reference', ['reference'], { unique: true, where: 'reference IS NOT NULL' })
@Index('messages_provider_id', ['providerId'], { where: `channel = 'sms' AND provider_id IS NOT NULL` })
@Index('messages_expires_at', ['expiresAt'])
export class MessageEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'bigint', name: 'attempt_id', nullable: true }) attemptId: string | null;
  @Column({ type: 'bigint', name: 'account_id', nullable: true }) accountId: string | null;
  /** What the message is called in it, so that its reader can ask about it. */
  @Column({ type: 'text', nullable: true }) reference: string | null;
  /** When its reader said that they had not asked for it. */
  @Column({ type: 'timestamptz', name: 'disowned_at', nullable: true }) disownedAt: Date | null;
  @Column({ type: 'text' }) channel: Channel;
  @Column({ type: 'text' }) template: string;
  @Column({ type: 'text' }) recipient: string;
  @Column({ type: 'text' }) language: string;
  /** Nobody waits for it with a form in front of them: what carries a secret goes first. */
  @Column({ type: 'boolean', default: false }) notice: boolean;
  /** What the template is told, under the server's key; null as soon as the message has ended. */
  @Column({ type: 'text', name: 'facts_sealed', nullable: true }) factsSealed: string | null;
  @Column({ type: 'text', default: 'queued' }) state: MessageState;
  /** Hand-overs begun. Each owner of the row has its own number, so a late one cannot overwrite the next. */
  @Column({ type: 'smallint', default: 0 }) tries: number;
  @Column({ type: 'timestamptz', name: 'next_try_at' }) nextTryAt: Date;
  @Column({ type: 'timestamptz', name: 'leased_until', nullable: true }) leasedUntil: Date | null;
  @Column({ type: 'text', name: 'last_error', nullable: true }) lastError: string | null;
  /** Who is to take it next; null, or one that nobody knows: whoever is first in the order of preference. */
  @Column({ type: 'text', name: 'next_provider', nullable: true }) nextProvider: string | null;
  /** Who had it at the last try, and what it is called there. */
  @Column({ type: 'text', nullable: true }) provider: string | null;
  @Column({ type: 'text', name: 'provider_id', nullable: true }) providerId: string | null;
  /** The last tries, the oldest first. */
  @Column({ type: 'jsonb', name: 'hand_overs', default: [] }) handOvers: HandOverEntry[];
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
  @Column({ type: 'timestamptz', name: 'ended_at', nullable: true }) endedAt: Date | null;
}
