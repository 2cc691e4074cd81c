import {
  accountFacts,
  attemptFacts,
  attemptSentence,
  eventFacts,
  eventSentence,
  messageFacts,
  messageSentence,
  reportFacts,
  type AttemptHistory,
} from '@app/administration';
import type { AccountEntity } from '@app/accounts';
import type { MessageEntity } from '@app/delivery';
import type { ShownAccount } from './admin-accounts.service.js';
import type { AdminAccount } from './admin-answers.dto.js';
import type { AdminStory } from './admin-history.dto.js';

export function presentAccount({ account, state, identities }: ShownAccount): AdminAccount {
  return accountFacts(account, state, identities);
}

/** Which state of the account this is (RFC 9110 §8.8.3): each change of its row makes another. */
export function tagOf({ securityStamp, updatedAt }: AccountEntity): string {
  return `"${securityStamp}.${updatedAt.getTime()}"`;
}

/** What `If-Match` asks for (RFC 9110 §13.1.1); undefined: nothing. */
export function matching(ifMatch: string | undefined): ((account: AccountEntity) => boolean) | undefined {
  if (ifMatch === undefined || ifMatch.trim() === '*') return undefined;
  const tags = ifMatch.split(',').map((tag) => tag.trim());
  return (account) => tags.includes(tagOf(account));
}

/** What became of attempts, each part with its sentence. */
export function presentStory(history: AttemptHistory, now: Date): AdminStory {
  const { attempts, endedByEvent, messages, reports, events } = history;
  const told = (message: MessageEntity) => ({
    ...messageFacts(message),
    sentence: messageSentence(message, now),
  });
  const isOf = (id: string) => (message: MessageEntity) => message.attemptId === id;
  return {
    attempts: attempts.map((attempt) => ({
      ...attemptFacts(attempt, now, endedByEvent.has(attempt.id)),
      sentence: attemptSentence(attempt, now, endedByEvent.has(attempt.id)),
      messages: messages.filter(isOf(attempt.id)).map(told),
    })),
    messages: messages.filter((message) => !attempts.some(({ id }) => isOf(id)(message))).map(told),
    reports: reports.map(reportFacts),
    events: events.map((event) => ({ ...eventFacts(event), sentence: eventSentence(event) })),
  };
}
