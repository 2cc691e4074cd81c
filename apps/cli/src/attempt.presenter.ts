import {
  attemptFacts,
  attemptSentence,
  type AttemptHistory,
  eventFacts,
  eventSentence,
  handOverSentence,
  instant,
  messageFacts,
  messageSentence,
  reportFacts,
  reportSentence,
} from '@app/administration';
import type { DeliveryEventEntity, MessageEntity } from '@app/delivery';
import type { Answer } from './answer.js';

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
    reports: reports.map(reportFacts),
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
