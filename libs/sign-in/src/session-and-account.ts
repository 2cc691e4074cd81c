import { lockOwner, type OfAccount } from '@app/accounts';
import type { Part } from '@app/database';
import type { RequestContext } from '@app/kernel';
import {
  ownerOfToken,
  pendingSession,
  sessionOfToken,
  type SessionRow,
  type SessionsRepository,
  type TokenSession,
} from '@app/sessions';

// A session with its account, which is locked first: locked after the session, by the reference of a row that is inserted as well, this
// statement and one that does something with all sessions of the account would wait for each other.

/** For a statement that goes on to change the account: of two that only shared it neither could. */
type Lock = 'SHARE' | 'NO KEY UPDATE';

/** The live session that an access token names. */
export function sessionAndAccount(
  call: RequestContext,
  sessionId: string,
  lock: Lock = 'NO KEY UPDATE',
): Part<TokenSession> {
  return sessionOfToken(call, sessionId, lockOwner(ownerOfToken(call, sessionId), lock));
}

/** The live session of a credential that waits for its second factor. */
export function pendingAndAccount(
  sessions: SessionsRepository,
  call: RequestContext,
  tokenHash: string,
  lock: Lock,
): Part<SessionRow> {
  return sessions.pending(call, tokenHash, lockOwner(pendingSession(call, tokenHash), lock));
}

/** The account of a session in a browser, for a statement that makes something for it. */
export function shareOwner(owner: Part<OfAccount>): Part<OfAccount> {
  return lockOwner(owner, 'SHARE');
}
