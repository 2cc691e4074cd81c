import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** What a service behind this one is known by, and what it may ask. The key itself is nowhere: only its SHA-256 is. */
@Entity('service_keys')
@Unique('service_keys_key_hash_key', ['keyHash'])
@Check('service_keys_scopes', 'cardinality(scopes) > 0')
@Index('service_keys_name', ['name'], { where: 'revoked_at IS NULL', unique: true })
export class ServiceKeyEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  /** Of the keys that are not revoked one has it. */
  @Column({ type: 'text' }) name: string;
  @Column({ type: 'text', name: 'key_hash' }) keyHash: string;
  @Column({ type: 'text', array: true }) scopes: string[];
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt: Date;
  /** The day (UTC) it was last presented; null: never. */
  @Column({ type: 'date', name: 'last_used_on', nullable: true }) lastUsedOn: string | null;
  @Column({ type: 'timestamptz', name: 'revoked_at', nullable: true }) revokedAt: Date | null;
}
