import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * Somebody who wants an account and has not yet shown that the addresses are theirs. Nothing of it is in `accounts`
 * before: whoever signs up with another's address leaves nothing there that the owner could inherit.
 */
@Entity('sign_ups')
@Check('sign_ups_reachable', 'num_nonnulls(email, phone) > 0')
export class SignUpEntity {
  /** The attempt of the browser session. */
  @PrimaryColumn({ type: 'bigint' }) id: string;
  @Column({ type: 'text', nullable: true }) email: string | null;
  @Column({ type: 'text', nullable: true }) username: string | null;
  @Column({ type: 'text', nullable: true }) phone: string | null;
  @Column({ type: 'text', name: 'first_name', nullable: true }) firstName: string | null;
  @Column({ type: 'text', name: 'last_name', nullable: true }) lastName: string | null;
  /** argon2id; forgotten as soon as the account has it. */
  @Column({ type: 'text', name: 'password_hash', nullable: true }) passwordHash: string | null;
  @Column({ type: 'text' }) language: string;
  /** Whether an account has this address: then the proof of it only looks like one, and nothing can come of it. */
  @Column({ type: 'boolean', name: 'email_taken' }) emailTaken: boolean;
  @Column({ type: 'boolean', name: 'phone_taken' }) phoneTaken: boolean;
  @Column({ type: 'timestamptz', name: 'email_proven_at', nullable: true }) emailProvenAt: Date | null;
  @Column({ type: 'timestamptz', name: 'phone_proven_at', nullable: true }) phoneProvenAt: Date | null;
  @Column({ type: 'timestamptz', name: 'completed_at', nullable: true }) completedAt: Date | null;
}
