import { Injectable } from '@nestjs/common';
import { AccountEntity } from '@app/accounts';
import { AttemptEntity } from '@app/attempts';
import { AuditEventEntity } from '@app/audit';
import { DeliveryEventEntity, MessageEntity } from '@app/delivery';
import { isId, OUTLASTING, typedReference } from '@app/kernel';
import { DataSource, In } from 'typeorm';
import { AccountsService } from './accounts.service.js';

/** What is known of attempts, the newest first: theirs, their messages and what was tried, in the order of time. */
export interface AttemptHistory {
  attempts: AttemptEntity[];
  /** Ids of those that look open, and that something which happened to their account has ended. */
  endedByEvent: ReadonlySet<string>;
  messages: MessageEntity[];
  /** What providers said of the messages. */
  reports: DeliveryEventEntity[];
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

  /** Of the message with this reference, the attempt with this id, or the newest ones of the account. */
  async history(reference: string): Promise<AttemptHistory> {
    const known = await this.known(reference);
    if (known) return known;
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

  /** Of the message with this reference, or the attempt with this id; undefined: there is neither. */
  async known(reference: string): Promise<AttemptHistory | undefined> {
    const attempt = await this.find(reference);
    if (attempt) return this.withMessages([attempt], await this.eventsOf(attempt));
    const message = await this.findMessage(reference);
    return message ? this.ofMessage(message) : undefined;
  }

  private async find(reference: string): Promise<AttemptEntity | null> {
    return isId(reference) ? this.dataSource.getRepository(AttemptEntity).findOneBy({ id: reference }) : null;
  }

  private async findMessage(text: string): Promise<MessageEntity | null> {
    const reference = typedReference(text);
    if (reference === undefined) return null;
    return this.dataSource.getRepository(MessageEntity).findOneBy({ reference });
  }

  /** With the attempt that it is about, if that is still known. */
  private async ofMessage(message: MessageEntity): Promise<AttemptHistory> {
    const attempt = message.attemptId ? await this.find(message.attemptId) : null;
    const events = attempt ? await this.eventsOf(attempt) : [];
    const history = await this.withMessages(attempt ? [attempt] : [], events);
    const named = history.messages.some(({ id }) => id === message.id);
    return named ? history : { ...history, ...(await this.reported([...history.messages, message])) };
  }

  /** The messages with what their providers said of them. */
  private async reported(messages: MessageEntity[]): Promise<Pick<AttemptHistory, 'messages' | 'reports'>> {
    const reference = In(messages.flatMap((message) => message.reference ?? []));
    const reports = await this.dataSource
      .getRepository(DeliveryEventEntity)
      .find({ where: { reference }, order: { at: 'ASC' } });
    return { messages, reports };
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
    return {
      attempts,
      endedByEvent: await this.endedByEvent(attempts),
      ...(await this.reported(messages)),
      events,
    };
  }

  /** No row says so: what is open is judged by its account's stamp when it is used. */
  private async endedByEvent(attempts: AttemptEntity[]): Promise<ReadonlySet<string>> {
    const id = In(attempts.flatMap(({ accountId }) => accountId ?? []));
    const accounts = await this.dataSource.getRepository(AccountEntity).findBy({ id });
    const stamps = new Map(accounts.map((account) => [account.id, account.securityStamp]));
    const ended = attempts.filter((attempt) =>
      isEndedByEvent(attempt, stamps.get(attempt.accountId ?? '') ?? 0),
    );
    return new Set(ended.map((attempt) => attempt.id));
  }
}

/** Whether it looks open, and something that happened to its account has ended it. `stamp`: the account's. */
export function isEndedByEvent({ status, purpose, securityStamp }: AttemptEntity, stamp: number): boolean {
  return status === 'open' && !OUTLASTING.includes(purpose) && securityStamp < stamp;
}
