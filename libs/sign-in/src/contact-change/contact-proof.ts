import { Injectable } from '@nestjs/common';
import {
  changeEmail,
  contactBehind,
  dropContact,
  lockTarget,
  provenContact,
  provesContact,
  setPhone,
  type WantedContact,
} from '@app/accounts';
import { AttemptsRepository, type RedeemQuestion, type Redemption } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Effect, exists, ofOne, sql, statement } from '@app/database';
import { AuthError, type RequestContext } from '@app/kernel';
import { endedBy } from '../ended-by.js';
import { OwnerNotices } from '../owner-notices.js';
import { refuseTakenName } from '../taken-name.js';

const PURPOSE = 'contact_change';

/** What the proof of a new address or phone does: the account has it from then on, and signs in by it. */
@Injectable()
export class ContactProof {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly notices: OwnerNotices,
  ) {}

  /** What a link proves, and in which protocol it was asked for; undefined for one that can prove nothing (any more). Changes nothing. */
  async behindLink(
    call: RequestContext,
    token: string,
  ): Promise<{ address: string; protocol: RequestContext['protocol'] } | undefined> {
    const row = await this.database.row(
      statement(contactBehind(this.attempts.linkState(call, [PURPOSE], token))),
    );
    return row?.state === 'open'
      ? { ...row, protocol: row.protocol as RequestContext['protocol'] }
      : undefined;
  }

  /**
   * By the link that was mailed to it; `email`: what that link proves.
   *
   * @throws AuthError `link_expired`, `email_taken`
   */
  async byLink(call: RequestContext, token: string, email: string): Promise<void> {
    const question = this.question(sql`${this.attempts.link(token)}`);
    const redemption = this.attempts.redeemElsewhere(call, question, 'link', sql`true`);
    if (!(await this.complete(call, redemption, { channel: 'email', address: email })))
      throw new AuthError('link_expired');
  }

  private question(of: RedeemQuestion['of']): RedeemQuestion {
    return { purpose: PURPOSE, of: sql`${of} AND ${provesContact}`, holds: lockTarget };
  }

  /** Nothing of it happens when another account has it by now: what proves it stays good. */
  private async complete(
    call: RequestContext,
    redemption: Redemption,
    { channel, address }: WantedContact,
  ): Promise<boolean> {
    const { verdict } = redemption;
    const proven = provenContact(verdict);
    const isCurrent = sql`a.security_stamp = f.security_stamp AND a.disabled_at IS NULL`;
    const changed =
      channel === 'email' ? changeEmail(call, address, proven) : setPhone(call, address, proven, isCurrent);
    const ended = endedBy(channel === 'email' ? 'email_changed' : 'phone_changed', call, changed);
    const told: Effect[] =
      channel === 'email'
        ? this.notices.tell(call, changed, { template: 'email_changed', facts: {}, newEmail: address })
        : this.notices.tell(call, changed, { template: 'phone_changed', facts: { change: 'set' } });
    const row = await this.database
      .row(
        statement(
          { outcome: ofOne(verdict, 'outcome'), changed: exists(changed) },
          redemption,
          ...ended.effects,
          ...told,
          dropContact(null, proven, channel),
          audit(call, 'contact.change', verdict),
        ),
      )
      .catch(refuseTakenName);
    return row?.changed ?? false;
  }
}
