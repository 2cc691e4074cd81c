import { lockOwner } from '@app/accounts';
import type { Part } from '@app/database';
import type { RequestContext } from '@app/kernel';
import { ownerOfToken, sessionOfToken, type TokenSession } from '@app/sessions';

/**
 * The live session that an access token names, locked, and its account before it, for a statement that goes on to change that: locked
 * after the session, as by whoever else does something with another session of the account, the two would wait for each other.
 */
export function sessionAndAccount(call: RequestContext, sessionId: string): Part<TokenSession> {
  return sessionOfToken(call, sessionId, lockOwner(ownerOfToken(call, sessionId), 'NO KEY UPDATE'));
}
