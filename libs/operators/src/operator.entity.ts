import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from './role.js';

/** Somebody who may use the console. No account: what happens to accounts never happens to whoever looks after them. */
@Entity('operators')
@Unique('operators_email_key', ['email'])
@Check('operators_role', "role IN ('support', 'admin')")
@Check('operators_factors', '(password_hash IS NULL) = (totp_sealed IS NULL)')
@Index('operators_invitation', ['invitationHash'], { where: 'invitation_hash IS NOT NULL', unique: true })
export class OperatorEntity {
  @PrimaryColumn({ type: 'bigint' }) id: string;
  /** As `storedEmail` has it. */
  @Column({ type: 'text' }) email: string;
  @Column({ type: 'text' }) role: Role;
  /** As accounts have theirs. Null until the invitation is answered; and so is the authenticator. */
  @Column({ type: 'text', name: 'password_hash', nullable: true }) passwordHash: string | null;
  @Column({ type: 'text', name: 'totp_sealed', nullable: true }) totpSealed: string | null;
  /** Of the newest code that was taken: none is taken twice. */
  @Column({ type: 'bigint', name: 'totp_last_step', nullable: true }) totpLastStep: string | null;
  /** Codes behind the right password since the last right one, the right one counted until it is known to be that. */
  @Column({ type: 'smallint', name: 'wrong_codes', default: 0 }) wrongCodes: number;
  /** SHA-256 of the token of the invitation that is open. */
  @Column({ type: 'text', name: 'invitation_hash', nullable: true }) invitationHash: string | null;
  @Column({ type: 'timestamptz', name: 'invitation_expires_at', nullable: true })
  invitationExpiresAt: Date | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt: Date;
}
