import { Injectable } from '@nestjs/common';
import type { AccountEntity } from '@app/accounts';
import { AttemptEntity } from '@app/attempts';
import { AuditEventEntity } from '@app/audit';
import { DeliveryEventEntity, MessageEntity } from '@app/delivery';
import { isId } from '@app/kernel';
import { DataSource, In, LessThan } from 'typeorm';
import { attemptSentence, eventSentence, messageSentence } from './attempt.sentences.js';
import { isEndedByEvent } from './attempts.service.js';
import { OperatorError } from './operator-error.js';
import { attemptFacts, eventFacts, messageFacts, reportFacts } from './facts.js';

/**
 * What there is at one moment of an account: an attempt that was opened and what became of it, a message and where it is, or something that
 * was tried and how it ended. `sentence`: the same in English.
 */
export type TimelineEntry = { id: string; at: Date; sentence: string } & (
  | { attempt: ReturnType<typeof attemptFacts> }
  | { message: ReturnType<typeof messageFacts>; reports: ReturnType<typeof reportFacts>[] }
  | { event: ReturnType<typeof eventFacts> }
);

export interface Timeline {
  /** The newest first. */
  entries: TimelineEntry[];
  /** For the next page; undefined: there is none. */
  cursor?: string;
}

const NEWEST = '9223372036854775807';

/** What happened at an account, from all that is recorded of it. Ids are in the order of time, whatever they are of. */
@Injectable()
export class AccountTimelineService {
  constructor(private readonly dataSource: DataSource) {}

  /**
   * `below`: the cursor of the page before.
   *
   * @throws OperatorError `invalid_parameters` for one that cannot be a cursor
   */
  async of(account: AccountEntity, now: Date, most: number, below = NEWEST): Promise<Timeline> {
    if (!isId(below))
      throw new OperatorError('The cursor is none that a timeline has given.', 'invalid_parameters');
    const where = { accountId: account.id, id: LessThan(below) };
    const newest = { where, order: { id: 'DESC' as const }, take: most + 1 };
    const [attempts, messages, events] = await Promise.all([
      this.dataSource.getRepository(AttemptEntity).find(newest),
      this.dataSource.getRepository(MessageEntity).find(newest),
      this.dataSource.getRepository(AuditEventEntity).find(newest),
    ]);
    const reports = await this.reportsOf(messages);
    const entries = [
      ...attempts.map((attempt) => ofAttempt(attempt, account, now)),
      ...messages.map((message) => ofMessage(message, reports, now)),
      ...events.map(ofEvent),
    ].sort((one, other) => (BigInt(one.id) < BigInt(other.id) ? 1 : -1));
    const page = entries.slice(0, most);
    return { entries: page, cursor: entries.length > most ? page.at(-1)?.id : undefined };
  }

  private async reportsOf(messages: MessageEntity[]): Promise<DeliveryEventEntity[]> {
    const reference = In(messages.flatMap((message) => message.reference ?? []));
    return this.dataSource
      .getRepository(DeliveryEventEntity)
      .find({ where: { reference }, order: { at: 'ASC' } });
  }
}

function ofAttempt(attempt: AttemptEntity, { securityStamp }: AccountEntity, now: Date): TimelineEntry {
  const byEvent = isEndedByEvent(attempt, securityStamp);
  const { id, createdAt: at } = attempt;
  return {
    id,
    at,
    sentence: attemptSentence(attempt, now, byEvent),
    attempt: attemptFacts(attempt, now, byEvent),
  };
}

function ofMessage(message: MessageEntity, reports: DeliveryEventEntity[], now: Date): TimelineEntry {
  const { id, createdAt: at, reference } = message;
  const own = reports.filter((report) => report.reference === reference).map(reportFacts);
  return { id, at, sentence: messageSentence(message, now), message: messageFacts(message), reports: own };
}

function ofEvent(event: AuditEventEntity): TimelineEntry {
  const { id, at } = event;
  return { id, at, sentence: eventSentence(event), event: eventFacts(event) };
}
