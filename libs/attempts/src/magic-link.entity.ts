import { Column, Entity, PrimaryColumn } from 'typeorm';

/** What the page behind a mailed link states of its request, and where it leads on to. */
@Entity('magic_links')
export class MagicLinkEntity {
  @PrimaryColumn({ type: 'bigint', name: 'attempt_id' }) attemptId: string;
  /** One of `REDIRECT_URLS`; null: the page is the end. */
  @Column({ type: 'text', name: 'redirect_url', nullable: true }) redirectUrl: string | null;
  @Column({ type: 'text', name: 'client_address' }) clientAddress: string;
  @Column({ type: 'text', name: 'user_agent' }) userAgent: string;
}
