import { Injectable } from '@nestjs/common';
import {
  changeEmail,
  contactBehind,
  dropContact,
  lockTarget,
  provenContact,
  provesContact,
  setPhone,
  type HeldAccount,
  type WaitingContact,
  type WantedContact,
} from '@app/accounts';
import { AttemptsRepository, type RedeemOutcome, type RedeemQuestion, type Redemption } from '@app/attempts';
import { audit } from '@app/audit';
import { Database, type Effect, exists, of, ofOne, type Part, sql, statement } from '@app/database';
import { AuthError, isSixDigits, secondsUntil, type RequestContext } from '@app/kernel';
import { endedBy } from '../ended-by.js';
import { OwnerNotices } from '../owner-notices.js';
import { readFrom } from '../read-by.js';
import { refuseTakenName } from '../taken-name.js';

const PURPOSE = 'contact_change';

/** What the code of a contact that waits is bound to. */
export const bindingOf = (id: string, address: string): string => `contact ${id} ${address}`;

interface Decision {
  outcome: RedeemOutcome;
  changed: boolean;
  expires_at: Date | null;
  refills_at: Date | null;
}

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
    const { changed } = await this.complete(call, redemption, { channel: 'email', address: email });
    if (!changed) throw new AuthError('link_expired');
  }

  /**
   * By the code that was sent to it. `asking`: the account of who types it, held alone, if they may.
   *
   * @throws AuthError `code_wrong`, `code_expired`, `guesses_spent`, `email_taken`, `phone_taken`
   */
  async byCode(
    call: RequestContext,
    contact: WaitingContact,
    code: string,
    asking: Part<HeldAccount>,
  ): Promise<void> {
    if (!isSixDigits(code)) throw new AuthError('code_wrong');
    const { id, channel, address } = contact;
    const of = sql`a.account_id = (SELECT account_id FROM ${asking}) AND a.method = ${channel} AND a.kind = 'code' AND ${provesContact}`;
    const question: RedeemQuestion = { purpose: PURPOSE, of, holds: () => asking };
    const redemption = this.attempts.redeem(call, question, bindingOf(id, address), code);
    const decision = await this.complete(call, redemption, { channel, address });
    if (!decision.changed) throw refusalOf(decision, call.now);
  }

  private question(of: RedeemQuestion['of']): RedeemQuestion {
    return { purpose: PURPOSE, of: sql`${of} AND ${provesContact}`, holds: lockTarget };
  }

  /** Nothing of it happens when another account has it by now: what proves it stays good. */
  private async complete(
    call: RequestContext,
    redemption: Redemption,
    { channel, address }: WantedContact,
  ): Promise<Decision> {
    const { verdict, target, budget } = redemption;
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
          {
            outcome: ofOne(verdict, 'outcome'),
            changed: exists(changed),
            expires_at: of(target, 'expires_at'),
            refills_at: of(budget, 'refills_at'),
          },
          redemption,
          ...ended.effects,
          ...told,
          readFrom(address, changed),
          dropContact(null, proven, channel),
          audit(call, 'contact.change', verdict),
        ),
      )
      .catch(refuseTakenName);
    return row as Decision;
  }
}

function refusalOf({ outcome, expires_at, refills_at }: Decision, now: Date): AuthError {
  if (outcome === 'expired') return new AuthError('code_expired');
  const until = { exhausted: expires_at, closed: expires_at, budget_spent: refills_at }[outcome as string];
  if (until === undefined) return new AuthError('code_wrong');
  return new AuthError('guesses_spent', { retryAfterSeconds: until ? secondsUntil(until, now) : 1 });
}
