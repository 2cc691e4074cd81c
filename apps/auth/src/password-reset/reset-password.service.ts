import { Injectable } from '@nestjs/common';
import { lockTarget, NewPassword, PasswordCheck, resetPassword, withNames } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { audit, auditRefusal } from '@app/audit';
import { Database, exists, ofOne, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { endedBy, OwnerNotices, readBy, recordRefusal } from '@app/sign-in';

/** A new password for who has the link from the mailbox. */
@Injectable()
export class ResetPasswordService {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly passwords: NewPassword,
    private readonly checks: PasswordCheck,
    private readonly notices: OwnerNotices,
  ) {}

  /**
   * The link is looked at first, so that nobody without one has a password judged or hashed; one that is too weak leaves it good.
   * The new password, the end of all sessions in all protocols and the burn of the link are one statement. Sign-ins on their
   * way carry the stamp from before it, and are nothing when they arrive.
   */
  async reset(call: RequestContext, token: string, password: string): Promise<void> {
    const link = await this.look(call, token);
    if (link?.state !== 'open') return this.refuse(call, link);
    const passwordHash = await this.passwords
      .hash(password, link.known_by)
      .catch(recordRefusal(this.database, call, 'password.reset', { accountId: link.account_id }));
    const verdict = await this.database.row(this.decision(call, token, passwordHash));
    if (!verdict?.changed) throw refusalOf(verdict?.outcome);
  }

  private decision(call: RequestContext, token: string, passwordHash: string) {
    const redemption = this.attempts.redeemLink(call, 'password_reset', token, lockTarget);
    const changed = resetPassword(call, passwordHash, redemption.verdict);
    return statement(
      { outcome: ofOne(redemption.verdict, 'outcome'), changed: exists(changed) },
      redemption,
      ...endedBy('password_reset', call, changed).effects,
      // Wrong guesses at the password before must not keep out whoever has just proven the mailbox.
      this.checks.forgiveEverywhere(changed),
      readBy(redemption.verdict),
      ...this.notices.tell(call, changed, { template: 'password_changed', facts: {} }),
      audit(call, 'password.reset', redemption.verdict),
    );
  }

  private async look(call: RequestContext, token: string): Promise<Link | undefined> {
    const link = withNames(this.attempts.linkState(call, ['password_reset'], token));
    const row = await this.database.row(statement(link));
    return row && { ...row, state: row.is_disabled ? 'superseded' : row.state };
  }

  private async refuse(call: RequestContext, link: Link | undefined): Promise<never> {
    const refusal = { outcome: link?.state ?? 'absent', accountId: link?.account_id ?? null };
    await this.database.rows(auditRefusal(call, 'password.reset', refusal));
    throw refusalOf(link?.state);
  }
}

/** A link as it is before it is used; `known_by`: the names of its owner. */
interface Link {
  account_id: string;
  known_by: string[];
  state: string;
}

function refusalOf(outcome: string | undefined): AuthError {
  return new AuthError(outcome === 'expired' ? 'link_expired' : 'link_unknown');
}
