import type { AccountEntity, ExternalIdentityEntity } from '@app/accounts';
import type { AttemptEntity } from '@app/attempts';
import type { AuditEventEntity } from '@app/audit';
import type { DeliveryEventEntity, MessageEntity } from '@app/delivery';
import { maskAddress } from '@app/kernel';
import type { SessionEntity } from '@app/sessions';
import type { AccountState } from './account-state.service.js';
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

/** Everything but the verifier of the password. */
export function accountFacts(
  account: AccountEntity,
  state: AccountState,
  identities: ExternalIdentityEntity[],
) {
  return {
    ...only(account, 'id', 'uuid', 'email', 'username', 'phone', 'secondFactor', 'orgId', 'tenantId'),
    ...only(account, 'language', 'invitedAt', 'activatedAt', 'disabledAt', 'deletionDueAt'),
    ...only(account, 'createdAt', 'updatedAt'),
    ...state,
    suppressed: state.suppressed.map((each) => only(each, 'address', 'since', 'reference', 'detail')),
    identities: identities.map((identity) => only(identity, 'provider', 'issuer', 'subject', 'linkedAt')),
  };
}

/** Everything about a session but the hash of its credential. */
export function sessionFacts(session: SessionEntity) {
  return {
    ...only(session, 'id', 'protocol', 'stage', 'amr', 'clientAddress', 'userAgent'),
    ...only(session, 'createdAt', 'signedInAt', 'expiresAt'),
  };
}
