import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Whom an identity provider means (OpenID Connect Core §5.7: issuer and subject together, and nothing else, name a person). */
@Entity('external_identities')
@Check('external_identities_owner', 'account_id > 0')
@Index('external_identities_account', ['accountId', 'issuer'], { unique: true })
export class ExternalIdentityEntity {
  @PrimaryColumn({ type: 'text' }) issuer: string;
  @PrimaryColumn({ type: 'text' }) subject: string;
  @Column({ type: 'bigint', name: 'account_id' }) accountId: string;
  /** The provider's name in the configuration when it was linked. */
  @Column({ type: 'text' }) provider: string;
  @Column({ type: 'timestamptz', name: 'linked_at' }) linkedAt: Date;
}
