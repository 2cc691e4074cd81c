import { Injectable } from '@nestjs/common';
import { endRecoveries, liftGuard, ofAccount, PasswordCheck, type AccountEntity } from '@app/accounts';
import { GuessBudgetEntity, refillBudget } from '@app/attempts';
import { Config } from '@app/config';
import { Database, part, sql } from '@app/database';
import { liftSuppression, SuppressedAddressEntity } from '@app/delivery';
import type { RequestContext } from '@app/kernel';
import { SessionEntity } from '@app/sessions';
import { DataSource, In, IsNull, MoreThan } from 'typeorm';
import { recorded } from './recorded.js';

/** What may keep somebody out, and what is open in their name. */
export interface AccountState {
  liveSessions: number;
  /** Some login of the account is locked for wrong passwords, from some address or from all. */
  passwordLockedUntil: Date | null;
  /** Wrong codes were too many: guessable ones are refused. */
  codesRefusedUntil: Date | null;
  /** Its owner has said "this wasn't me": until then sign-in asks for more. */
  guardedUntil: Date | null;
  /** Its addresses that nothing is sent to, because a message came back for good: which, and by which code. */
  suppressed: Pick<SuppressedAddressEntity, 'address' | 'since' | 'reference' | 'detail'>[];
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
      passwordLockedUntil: await this.passwords.lockedUntil(account.id, now),
      codesRefusedUntil: await this.codesRefusedUntil(account.id, now),
      guardedUntil: account.guardedUntil && account.guardedUntil > now ? account.guardedUntil : null,
      suppressed: await this.dataSource
        .getRepository(SuppressedAddressEntity)
        .findBy({ address: In(addressesOf(account).map((address) => address.toLowerCase())) }),
    };
  }

  /** Forgets wrong passwords and wrong codes, that its owner did not ask for messages, and that messages came back from its addresses. */
  async unlock(call: RequestContext, account: AccountEntity): Promise<void> {
    const forgiven = this.passwords.forgiveEverywhere(ofAccount(account.id));
    const refilled = refillBudget(account.id);
    const addresses = part<{ address: string }>(
      'addresses',
      sql`SELECT a AS address FROM unnest(${addressesOf(account)}::text[]) a`,
    );
    const lifted = liftSuppression(addresses);
    await this.database.rows(
      recorded(
        call,
        'account.unlock',
        ofAccount(account.id),
        forgiven,
        refilled,
        liftGuard(account.id),
        lifted,
      ),
    );
  }

  /** Stops a recovery that waits. False: there is none. */
  async stopRecovery(call: RequestContext, account: AccountEntity): Promise<boolean> {
    const ended = endRecoveries(call, 'stopped', ofAccount(account.id));
    return (await this.database.row(recorded(call, 'recovery.stop', ended))) !== undefined;
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

const addressesOf = ({ email, phone }: AccountEntity): string[] =>
  [email, phone].filter((address) => address !== null);
