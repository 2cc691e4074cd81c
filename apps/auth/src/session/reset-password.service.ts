import { Injectable } from '@nestjs/common';
import { PasswordHasher, resetPassword, weaknessOf } from '@app/accounts';
import { AttemptsRepository, type RedeemOutcome } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, statement, type Parts } from '@app/database';
import { Outbox, type NewMessage } from '@app/delivery';
import { AuthError, plusSeconds, type Call } from '@app/kernel';
import { endSessionsOf } from '@app/sessions';
import sql from 'sql-template-tag';

/** How long the mail that tells of it may take. */
const NOTICE_SECONDS = 86_400;

/** A new password for who has the link from the mailbox. */
@Injectable()
export class ResetPasswordService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly hasher: PasswordHasher,
    private readonly outbox: Outbox,
  ) {}

  /**
   * A password that is too weak is refused before the link is looked at, so that it stays good. The new password, the end of
   * all sessions in all protocols and the burn of the link are one statement.
   */
  async reset(call: Call, token: string, password: string): Promise<void> {
    const weakness = weaknessOf(password, []);
    if (weakness) throw new AuthError('password_weak', { parameters: [{ parameter: 'password', error: weakness }] });

    const passwordHash = await this.hasher.hash(password);
    const parts: Parts = {
      ...this.attempts.redeemLink(call, 'password_reset', token),
      changed: resetPassword(call, passwordHash, 'verdict'),
      ended: endSessionsOf(call, 'changed', 'password_reset'),
      message: this.outbox.enqueue(notice(call), call.now, sql`SELECT email AS address, language, account_id FROM changed`),
      audited: audit(call, 'password.reset', 'verdict'),
    };
    const answer = sql`SELECT outcome, EXISTS (SELECT FROM changed) AS changed FROM verdict`;
    const row = await this.database.row<{ outcome: RedeemOutcome; changed: boolean }>(statement(parts, answer));
    this.outbox.wake();
    if (!row?.changed) throw new AuthError(row?.outcome === 'expired' ? 'link_expired' : 'link_unknown');
  }
}

function notice({ now, client, nextId }: Call): NewMessage {
  return {
    id: nextId(),
    channel: 'email',
    template: 'password_changed',
    expiresAt: plusSeconds(now, NOTICE_SECONDS),
    facts: { requestedAt: now.toISOString(), clientAddress: client.address, userAgent: client.userAgent },
  };
}
