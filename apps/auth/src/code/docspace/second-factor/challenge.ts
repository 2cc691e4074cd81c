import { Injectable } from '@nestjs/common';
import { recipientOf, SecondFactors, TotpFactors, type FactorSetup, type KnownAccount } from '@app/accounts';
import { AttemptsRepository } from '@app/attempts';
import { Database, statement, type Parts } from '@app/database';
import { Outbox } from '@app/delivery';
import type { Call } from '@app/kernel';
import sql from 'sql-template-tag';
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
      standing: standing(call, 'code'),
      closed: close(call, 'code', 'expired'),
      wanting: sql`SELECT h.account_id FROM held h WHERE NOT EXISTS (SELECT FROM standing)`,
      opening: afterClosing('wanting'),
      ...this.attempts.open(call, attempt, 'opening'),
      recipient: recipientOf(channel, 'wanting'),
      message: this.outbox.enqueue(
        message,
        call.now,
        sql`SELECT address, coalesce(${language ?? null}::text, language) AS language, account_id FROM recipient`,
      ),
      code_life: sql`SELECT coalesce((SELECT expires_at FROM standing), ${attempt.expiresAt}::timestamptz) AS expires_at`,
    };
  }

  /** A set-up that was begun stays what it is, so that the code scanned a minute ago is still good. */
  private async authenticator(call: Call, account: KnownAccount): Promise<Challenge> {
    const label = account.email ?? account.phone ?? account.id;
    const begun = await this.begun(call, account.id);
    if (begun?.connected) return { parts: {}, setUp: false };
    if (begun?.secret_sealed) {
      return {
        parts: {},
        setUp: true,
        secret: this.totp.reveal(account.id, begun.secret_sealed, label).secret,
      };
    }
    const { secret, part } = this.factors.beginTotp(call, account.id, label, 'held');
    return { parts: { set_up: part }, setUp: true, secret };
  }

  private async begun(
    call: Call,
    accountId: string,
  ): Promise<(FactorSetup & { connected: boolean }) | undefined> {
    const parts = {
      asking: sql`SELECT ${accountId}::bigint AS account_id`,
      setup: this.factors.setup(call, 'asking'),
      factor: this.totp.secret('asking'),
    };
    const answer = sql`
      SELECT EXISTS (SELECT FROM factor) AS connected, s.* FROM asking a LEFT JOIN setup s USING (account_id)`;
    return this.database.row(statement(parts, answer));
  }
}
