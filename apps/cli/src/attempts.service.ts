import { Injectable } from '@nestjs/common';
import { AccountEntity } from '@app/accounts';
import { AttemptEntity } from '@app/attempts';
import { AuditEventEntity } from '@app/audit';
import { MessageEntity } from '@app/delivery';
import { OUTLASTING } from '@app/kernel';
import { DataSource, In } from 'typeorm';
import { AccountsService } from './accounts.service.js';
import { isId } from './identifiers.js';

/** What is known of attempts, the newest first: theirs, their messages and what was tried, in the order of time. */
export interface AttemptHistory {
  attempts: AttemptEntity[];
  /** Ids of those that look open, and that something which happened to their account has ended. */
  endedByEvent: ReadonlySet<string>;
  messages: MessageEntity[];
  events: AuditEventEntity[];
}

const NEWEST_ATTEMPTS = 5;
const NEWEST_EVENTS = 30;

/** Looking up what became of attempts, for the operator whom somebody asks. */
@Injectable()
export class AttemptsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly accounts: AccountsService,
  ) {}

  /** Of the attempt with this id, or of the newest ones of the account. */
  async history(reference: string): Promise<AttemptHistory> {
    const attempt = await this.find(reference);
    if (attempt) return this.withMessages([attempt], await this.eventsOf(attempt));
    const { id: accountId } = await this.accounts.find(reference, 'No attempt and no account');
    const newest = { where: { accountId }, order: { id: 'DESC' as const } };
    const attempts = await this.dataSource
      .getRepository(AttemptEntity)
      .find({ ...newest, take: NEWEST_ATTEMPTS });
    const events = await this.dataSource
      .getRepository(AuditEventEntity)
      .find({ ...newest, take: NEWEST_EVENTS });
    return this.withMessages(attempts, events.reverse());
  }

  private async find(reference: string): Promise<AttemptEntity | null> {
    return isId(reference) ? this.dataSource.getRepository(AttemptEntity).findOneBy({ id: reference }) : null;
  }

  /** Those that name the attempt, and those of its session: the password before it names only that. */
  private async eventsOf({ id, accountId, sessionId }: AttemptEntity): Promise<AuditEventEntity[]> {
    const ofSession = accountId && sessionId ? [{ accountId, sessionId }] : [];
    return this.dataSource
      .getRepository(AuditEventEntity)
      .find({ where: [{ attemptId: id }, ...ofSession], order: { id: 'ASC' } });
  }

  private async withMessages(attempts: AttemptEntity[], events: AuditEventEntity[]): Promise<AttemptHistory> {
    const attemptId = In(attempts.map(({ id }) => id));
    const messages = await this.dataSource
      .getRepository(MessageEntity)
      .find({ where: { attemptId }, order: { id: 'ASC' } });
    return { attempts, endedByEvent: await this.endedByEvent(attempts), messages, events };
  }

  /** No row says so: what is open is judged by its account's stamp when it is used. */
  private async endedByEvent(attempts: AttemptEntity[]): Promise<ReadonlySet<string>> {
    const id = In(attempts.flatMap(({ accountId }) => accountId ?? []));
    const accounts = await this.dataSource.getRepository(AccountEntity).findBy({ id });
    const stamps = new Map(accounts.map((account) => [account.id, account.securityStamp]));
    const ended = attempts.filter(
      ({ status, purpose, accountId, securityStamp }) =>
        status === 'open' &&
        !OUTLASTING.includes(purpose) &&
        securityStamp < (stamps.get(accountId ?? '') ?? 0),
    );
    return new Set(ended.map((attempt) => attempt.id));
  }
}
