import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** A browser in which an operator has signed in with both factors. There are no others: nothing waits for the second one. */
@Entity('operator_sessions')
@Unique('operator_sessions_token_hash_key', ['tokenHash'])
@Index('operator_sessions_operator', ['operatorId'])
export class OperatorSessionEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'bigint', name: 'operator_id' }) operatorId: string;
  /** SHA-256 of the token in the cookie. */
  @Column({ type: 'text', name: 'token_hash' }) tokenHash: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'last_used_at' }) lastUsedAt: Date;
  /** However much it is used. */
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
  @Column({ type: 'text', name: 'client_address' }) clientAddress: string;
}
