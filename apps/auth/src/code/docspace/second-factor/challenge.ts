import { Injectable } from '@nestjs/common';
import { recipientOf, SecondFactors, TotpFactors, type KnownAccount } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Database, type Parts, sql, statementOf } from '@app/database';
import { Outbox } from '@app/delivery';
import type { Call } from '@app/kernel';
import { afterClosing, bindingOf, close, sentAttempt, standing } from './attempts.js';

/** What a sign-in that has proven its first factor waits for. */
export interface Challenge {
  /** To follow part `held`. */
  parts: Parts;
  setUp: boolean;
  secret?: string;
}

/** What comes with the first step: a text or mail, unless one is still good, or the secret of an authenticator to be set up. */
@Injectable()
export class DocspaceChallenge {
  constructor(
    private readonly database: Database,
    private readonly attempts: AttemptsRepository,
    private readonly factors: SecondFactors,
    private readonly totp: TotpFactors,
    private readonly outbox: Outbox,
  ) {}

  async of(call: Call, account: KnownAccount, language: string | undefined): Promise<Challenge> {
    switch (account.second_factor) {
      case 'none':
        return { parts: {}, setUp: false };
      case 'totp':
        return this.authenticator(call, account);
      case 'email':
        return { parts: this.send(call, 'email', account, language), setUp: false };
      case 'sms':
        return account.phone
          ? { parts: this.send(call, 'sms', account, language), setUp: false }
          : { parts: {}, setUp: true };
    }
  }

  /** Once the statement has come back. */
  sent(): void {
    this.outbox.wake();
  }

  private send(
    call: Call,
    channel: 'email' | 'sms',
    { id }: KnownAccount,
    language: string | undefined,
  ): Parts {
    const { attempt, message } = sentAttempt(call, this.attempts, channel, bindingOf(id));
    return {
      standing: standing(call, channel),
      closed: close(call, 'code', channel),
      wanting: sql`SELECT h.account_id, h.security_stamp FROM held h WHERE NOT EXISTS (SELECT FROM standing)`,
      opening: afterClosing('wanting'),
      ...this.attempts.open(call, attempt, 'opening'),
      recipient: recipientOf(channel, 'wanting'),
      message: this.outbox.enqueue(
        message,
        call.now,
        sql`SELECT address, coalesce(${language ?? null}::text, language) AS language, account_id FROM recipient`,
      ),
      code_life: sql`
        SELECT expires_at FROM standing WHERE status = 'open'
        UNION ALL SELECT ${attempt.expiresAt}::timestamptz WHERE NOT EXISTS (SELECT FROM standing)`,
    };
  }

  /** A new secret each time: whoever was shown the one before, and is not the owner, has nothing when the owner is ready. */
  private async authenticator(call: Call, account: KnownAccount): Promise<Challenge> {
    if (await this.isConnected(account.id)) return { parts: {}, setUp: false };
    const label = account.email ?? account.phone ?? account.id;
    const { secret, part } = this.factors.beginTotp(call, account.id, label, 'held');
    return { parts: { set_up: part }, setUp: true, secret };
  }

  private async isConnected(accountId: string): Promise<boolean> {
    const parts = {
      asking: sql`SELECT ${accountId}::bigint AS account_id`,
      factor: this.totp.secret('asking'),
    };
    return (await this.database.row(statementOf(parts, sql`SELECT FROM factor`))) !== undefined;
  }
}
