import type { AttemptEntity } from '@app/attempts';
import type { AuditEventEntity } from '@app/audit';
import type { DeliveryEventEntity, MessageEntity } from '@app/delivery';
import { maskAddress } from '@app/kernel';
import { statusOf } from './attempt.sentences.js';
import { only } from './words.js';

// What operators are shown of rows: hashes, key names and sealed texts stay where they are, and addresses are masked.

/** `byEvent`: as in `attemptSentence`. */
export function attemptFacts(attempt: AttemptEntity, now: Date, byEvent: boolean) {
  return {
    ...only(attempt, 'id', 'purpose', 'factor', 'kind', 'method', 'protocol', 'accountId', 'sessionId'),
    ...only(attempt, 'triesLeft', 'createdAt', 'expiresAt', 'closedAt'),
    status: statusOf(attempt, now, byEvent),
  };
}

export function messageFacts(message: MessageEntity) {
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

export function eventFacts(row: AuditEventEntity) {
  return {
    ...only(row, 'id', 'at', 'event', 'outcome', 'protocol', 'accountId', 'sessionId', 'attemptId'),
    ...only(row, 'clientAddress', 'userAgent', 'requestId'),
  };
}

export function reportFacts(report: DeliveryEventEntity) {
  return only(report, 'at', 'reference', 'kind', 'provider', 'detail');
}
