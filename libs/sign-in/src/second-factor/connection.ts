import { Injectable } from '@nestjs/common';
import { SecondFactors, type FactorSetup, type HeldAccount, type OfAccount } from '@app/accounts';
import { AttemptsRepository, type RedeemQuestion, type Redemption } from '@app/attempts';
import { type Effect, type Part, sql } from '@app/database';
import type { FactorChange } from '@app/delivery';
import type { RequestContext } from '@app/kernel';
import type { OwnedSession } from '@app/sessions';
import { endedBy } from '../ended-by.js';
import { OwnerNotices } from '../owner-notices.js';

/** How a second factor comes to an account and leaves it, with everything that goes with that. */
@Injectable()
export class FactorConnection {
  constructor(
    private readonly attempts: AttemptsRepository,
    private readonly factors: SecondFactors,
    private readonly notices: OwnerNotices,
  ) {}

  /** Checks the code of a set-up, which is put to use when it is right. The account in part `of` has to be held alone. */
  redeem(
    call: RequestContext,
    question: RedeemQuestion,
    binding: string,
    of: Part<OfAccount>,
    known: FactorSetup,
    code: string,
  ): { redemption: Redemption; connected: Part<HeldAccount>; effects: Effect[] } {
    const setup = this.factors.setup(call, of);
    const step = this.factors.stepOf(known, code, call.now);
    const right = sql`(${step !== undefined}::boolean AND ${this.factors.isUnchanged(known, setup)})`;
    const redemption =
      known.factor === 'totp'
        ? this.attempts.redeemTotp(call, question, right)
        : this.attempts.redeem(call, question, binding, code);
    const connection = this.factors.connect(call, step, setup, redemption.verdict);
    return { redemption, connected: connection.connected, effects: [connection] };
  }

  /**
   * Sign-ins of the account ask for this factor now, and the owner is told. `settled`: whose sessions this statement gives their stamp
   * itself.
   */
  announce(
    call: RequestContext,
    factor: 'sms' | 'totp',
    connected: Part<HeldAccount>,
    settled: Part<Pick<OwnedSession, 'session_id'>>,
  ): Effect[] {
    const { effects } =
      factor === 'totp'
        ? endedBy('authenticator_connected', call, connected, {
            settled,
            brings: ['authenticator', 'set_up'],
          })
        : endedBy('texts_connected', call, connected, { settled, brings: ['set_up'] });
    return [...effects, ...this.tell(call, factor === 'totp' ? 'totp_enabled' : 'sms_enabled', connected)];
  }

  /** Leaves the account without a second factor, and its owner is told. */
  remove(call: RequestContext, from: Part<OfAccount>): Effect[] {
    const disconnected = this.factors.choose('factor_removed', call, 'none', from);
    return this.changed('factor_removed', call, disconnected, 'disabled');
  }

  /** The account asks for another factor, or for none: what its owner had of the old one is over, and the owner is told. */
  changed(
    event: 'factor_chosen' | 'factor_removed',
    call: RequestContext,
    account: Part<HeldAccount>,
    change: FactorChange,
  ): Effect[] {
    return [...endedBy(event, call, account).effects, ...this.tell(call, change, account)];
  }

  /** Tells the owner of the account. */
  tell(call: RequestContext, change: FactorChange, account: Part<OfAccount>): Effect[] {
    return this.notices.tell(call, account, { template: 'factor_changed', facts: { change } });
  }
}
