import { Injectable } from '@nestjs/common';
import { PasswordHasher, resetPassword, weaknessOf } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, exists, ofOne, part, sql, statement } from '@app/database';
import { Outbox, ownerNotice, type Recipient } from '@app/delivery';
import { AuthError, type Call } from '@app/kernel';
import { endSessionsOf } from '@app/sessions';

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
    const redemption = this.attempts.redeemLink(call, 'password_reset', token);
    const changed = resetPassword(call, passwordHash, redemption.verdict);
    const notice = ownerNotice(call, 'password_changed', {});
    const owner = part<Recipient>(
      'owner',
      sql`SELECT email AS address, language, account_id FROM ${changed}`,
    );
    const verdict = await this.database.row(
      statement(
        { outcome: ofOne(redemption.verdict, 'outcome'), changed: exists(changed) },
        redemption,
        endSessionsOf(call, 'password_reset', changed),
        this.outbox.enqueue(notice, call.now, owner),
        audit(call, 'password.reset', redemption.verdict),
      ),
    );
    if (!verdict?.changed)
      throw new AuthError(verdict?.outcome === 'expired' ? 'link_expired' : 'link_unknown');
  }
}
