import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A key pair that signs access tokens. The public half is nowhere but in the sealed one: a row is a key only if this
 * server sealed it, so whoever can write to the table still cannot make a signer of their own.
 */
@Entity('signing_keys')
@Check('signing_keys_retired', '(retired_at IS NULL) = (good_until IS NULL)')
@Check('signing_keys_good', 'good_until >= retired_at')
@Index('signing_keys_newest', { synchronize: false })
export class SigningKeyEntity {
  /** The thumbprint of the public key (RFC 7638). */
  @PrimaryColumn({ type: 'text' }) kid: string;
  /** PKCS #8 in PEM, sealed under the server's key ring and bound to `kid`. */
  @Column({ type: 'text', name: 'private_key_sealed' }) privateKeySealed: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
  /** Published before, so that whoever keeps the published keys for a while knows it by then. */
  @Column({ type: 'timestamptz', name: 'signs_from' }) signsFrom: Date;
  /** When its successor signs in its place. */
  @Column({ type: 'timestamptz', name: 'retired_at', nullable: true }) retiredAt: Date | null;
  /** When the last token it can have signed has expired; null for the newest key. */
  @Column({ type: 'timestamptz', name: 'good_until', nullable: true }) goodUntil: Date | null;
}
