import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A key that this installation was used with: its id, and what proves that a key ring has this very one. Never the key. */
@Entity('server_keys')
export class ServerKeyEntity {
  @PrimaryColumn({ type: 'text', name: 'key_id' }) keyId: string;
  /** A keyed hash of nothing: equal for equal keys, and of no other use. */
  @Column({ type: 'text' }) proof: string;
  @Column({ type: 'timestamptz', name: 'added_at' }) addedAt: Date;
  /** Since when it makes, or when it last began to; the latest of all is the one that does. */
  @Column({ type: 'timestamptz', name: 'makes_since', nullable: true }) makesSince: Date | null;
  /** When an operator said that it is gone for good. */
  @Column({ type: 'timestamptz', name: 'forgotten_at', nullable: true }) forgottenAt: Date | null;
}
