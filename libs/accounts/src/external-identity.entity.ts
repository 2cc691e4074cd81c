import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Whom an OpenID Connect provider means by one of its subjects. */
@Entity('external_identities')
@Index('external_identities_account', ['accountId'])
export class ExternalIdentityEntity {
  /** As the configuration names it. */
  @PrimaryColumn({ type: 'text' }) provider: string;
  /** `sub`: the one thing of a provider that never changes hands. */
  @PrimaryColumn({ type: 'text' }) subject: string;
  @Column({ type: 'bigint', name: 'account_id' }) accountId: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
}
