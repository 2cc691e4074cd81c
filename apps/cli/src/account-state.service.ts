import { Injectable } from '@nestjs/common';
import { ofAccount, PasswordCheck, type AccountEntity } from '@app/accounts';
import { GuessBudgetEntity, refillBudget } from '@app/attempts';
import { Config } from '@app/config';
import { Database } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { SessionEntity } from '@app/sessions';
import { DataSource, IsNull, MoreThan } from 'typeorm';
import { identifiersOf } from './identifiers.js';
import { recorded } from './recorded.js';

/** What may keep somebody out, and what is open in their name. */
export interface AccountState {
  liveSessions: number;
  /** Some login of the account is locked for wrong passwords, from some address or from all. */
  passwordLockedUntil: Date | null;
  /** Wrong codes were too many: guessable ones are refused. */
  codesRefusedUntil: Date | null;
}

@Injectable()
export class AccountStateService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly database: Database,
    private readonly passwords: PasswordCheck,
    private readonly config: Config,
  ) {}

  async of(account: AccountEntity, now: Date): Promise<AccountState> {
    const { id: accountId, securityStamp } = account;
    const live = { accountId, securityStamp, endedAt: IsNull(), expiresAt: MoreThan(now) };
    return {
      liveSessions: await this.dataSource.getRepository(SessionEntity).countBy(live),
      passwordLockedUntil: await this.passwords.lockedUntil(identifiersOf(account), now),
      codesRefusedUntil: await this.codesRefusedUntil(account.id, now),
    };
  }

  /** Forgets wrong passwords and wrong codes. */
  async unlock(call: RequestContext, account: AccountEntity): Promise<void> {
    const forgiven = this.passwords.forgiveEverywhere(identifiersOf(account));
    const refilled = refillBudget(account.id);
    await this.database.rows(recorded(call, 'account.unlock', ofAccount(account.id), forgiven, refilled));
  }

  private async codesRefusedUntil(subject: string, now: Date): Promise<Date | null> {
    const spent = await this.dataSource
      .getRepository(GuessBudgetEntity)
      .findBy({ subject, refillsAt: MoreThan(now) });
    const limit = this.config.guesses.accountWrongLimit;
    const ends = spent
      .filter((budget) => budget.spent >= limit)
      .map((budget) => budget.refillsAt?.getTime() ?? 0);
    return ends.length ? new Date(Math.max(...ends)) : null;
  }
}
