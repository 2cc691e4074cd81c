import type { AttemptHistory } from '@app/administration';
import type { AttemptEntity } from '@app/attempts';
import type { AuditEventEntity } from '@app/audit';
import type { DeliveryEventEntity, MessageEntity } from '@app/delivery';
import { maskAddress } from '@app/kernel';
import { instant, only, type Answer } from './answer.js';
import {
  attemptSentence,
  eventSentence,
  handOverSentence,
  messageSentence,
  reportSentence,
  statusOf,
} from './attempt.sentences.js';

/** Hashes, key names and sealed texts stay where they are, and addresses are masked. */
export function historyView(history: AttemptHistory, now: Date): Answer {
  const { attempts, endedByEvent, messages, events, reports } = history;
  const ofAttempt = (id: string) => messages.filter((message) => message.attemptId === id);
  const lines = attempts.flatMap((attempt) => [
    attemptSentence(attempt, now, endedByEvent.has(attempt.id)),
    ...ofAttempt(attempt.id).flatMap((message) => messageLines(message, reports, now)),
  ]);
  const alone = messages.filter((message) => !attempts.some(({ id }) => id === message.attemptId));
  lines.push(...alone.flatMap((message) => messageLines(message, reports, now)));
  const json = {
    attempts: attempts.map((attempt) => ({
      ...attemptFacts(attempt, now, endedByEvent.has(attempt.id)),
      messages: ofAttempt(attempt.id).map(messageFacts),
    })),
    ...(alone.length && { messages: alone.map(messageFacts) }),
    reports: reports.map((report) => only(report, 'at', 'reference', 'kind', 'provider', 'detail')),
    events: events.map(eventFacts),
  };
  const tried = events.length
    ? ['What was tried:', ...events.map((event) => `  ${eventSentence(event)}`)]
    : [];
  return { lines: [...(lines.length ? lines : ['There was no attempt.']), ...tried], json };
}

function messageLines(message: MessageEntity, reports: DeliveryEventEntity[], now: Date): string[] {
  const { reference, disownedAt, handOvers } = message;
  return [
    `  ${messageSentence(message, now)}`,
    ...handOvers.map((entry) => `    ${handOverSentence(entry)}`),
    ...reports
      .filter((report) => report.reference === reference)
      .map((report) => `    ${reportSentence(report)}`),
    ...(disownedAt ? [`    ${instant(disownedAt)} its reader said that it was not they who asked`] : []),
  ];
}

function attemptFacts(attempt: AttemptEntity, now: Date, byEvent: boolean): object {
  return {
    ...only(attempt, 'id', 'purpose', 'factor', 'kind', 'method', 'protocol', 'accountId', 'sessionId'),
    ...only(attempt, 'triesLeft', 'createdAt', 'expiresAt', 'closedAt'),
    status: statusOf(attempt, now, byEvent),
  };
}

function messageFacts(message: MessageEntity): object {
  return {
    ...only(
      message,
      'id',
      'reference',
      'disownedAt',
      'channel',
      'template',
      'language',
      'state',
      'tries',
      'lastError',
    ),
    ...only(message, 'provider', 'providerId', 'handOvers'),
    ...only(message, 'createdAt', 'nextTryAt', 'expiresAt', 'endedAt'),
    recipient: maskAddress(message.recipient),
  };
}

function eventFacts(row: AuditEventEntity): object {
  return {
    ...only(row, 'id', 'at', 'event', 'outcome', 'protocol', 'accountId', 'sessionId', 'attemptId'),
    ...only(row, 'clientAddress', 'userAgent', 'requestId'),
  };
}
