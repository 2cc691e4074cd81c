import { Injectable } from '@nestjs/common';
import { PasswordHasher, resetPassword, weaknessOf } from '@app/accounts';
import { AttemptsRepository, type RedeemOutcome } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { Outbox, ownerNotice } from '@app/delivery';
import { AuthError, type Call } from '@app/kernel';
import { endSessionsOf } from '@app/sessions';

interface Verdict {
  outcome: RedeemOutcome;
  changed: boolean;
}

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
   * all sessions in all protocols and the burn of the link are one statement. Sign-ins on their way carry the stamp from before it,
   * and are nothing when they arrive.
   */
  async reset(call: Call, token: string, password: string): Promise<void> {
    const weakness = weaknessOf(password, []);
    if (weakness)
      throw new AuthError('password_weak', { parameters: [{ parameter: 'password', error: weakness }] });

    const passwordHash = await this.hasher.hash(password);
    const parts: Parts = {
      ...this.attempts.redeemLink(call, 'password_reset', token),
      changed: resetPassword(call, passwordHash, 'verdict'),
      ...endSessionsOf(call, 'password_reset', 'changed'),
      message: this.outbox.enqueue(
        ownerNotice(call, 'password_changed', {}),
        call.now,
        sql`SELECT email AS address, language, account_id FROM changed`,
      ),
      audited: audit(call, 'password.reset', 'verdict'),
    };
    const answer = sql`SELECT outcome, EXISTS (SELECT FROM changed) AS changed FROM verdict`;
    const verdict = await this.database.row<Verdict>(statementOf(parts, answer));
    this.outbox.wake();
    if (!verdict?.changed)
      throw new AuthError(verdict?.outcome === 'expired' ? 'link_expired' : 'link_unknown');
  }
}
