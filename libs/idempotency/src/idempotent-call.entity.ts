import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One call under an Idempotency-Key, and what it was answered, for as long as it may be repeated. */
@Entity('idempotent_calls')
@Index('idempotent_calls_expires_at', ['expiresAt'])
export class IdempotentCallEntity {
  /** Keyed hash over route, credential and key of the client. */
  @PrimaryColumn({ type: 'text' }) id: string;
  /** Keyed hash over what was asked: path, query, type and body. */
  @Column({ type: 'text' }) fingerprint: string;
  /** Sealed under the key ring; null: it runs, or its process died before it was written down. */
  @Column({ type: 'text', name: 'answer_sealed', nullable: true }) answerSealed: string | null;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
}
