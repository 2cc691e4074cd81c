import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** An address or phone that an account is to have, and that nobody has proven yet: it opens nothing, and is nobody's name. */
@Entity('contact_changes')
@Check('contact_changes_method', `method IN ('email', 'sms')`)
@Index('contact_changes_expires_at', ['expiresAt'])
export class ContactChangeEntity {
  @PrimaryColumn({ type: 'bigint', name: 'account_id' }) accountId: string;
  @PrimaryColumn({ type: 'text' }) method: 'email' | 'sms';
  /** What it goes by until it is proven. */
  @Column({ type: 'bigint' }) id: string;
  /** As it will be stored; another one has another id. */
  @Column({ type: 'text' }) address: string;
  /** The one attempt that proves it; null before anything was sent. */
  @Column({ type: 'bigint', name: 'attempt_id', nullable: true }) attemptId: string | null;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
}
