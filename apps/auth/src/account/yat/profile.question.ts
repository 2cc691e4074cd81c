import { profileOf, type ProfileOfSession } from '@app/accounts';
import type { Part } from '@app/database';
import { bearerToken } from '@app/kernel';
import { ownerOfToken } from '@app/sessions';
import { unverifiedSessionId } from '@app/tokens';
import type { Request } from 'express';
import { yat } from '../../protocols/yat/yat.protocol.js';

/**
 * Asked in the same round trip as the limits: whose session the access token names. Whether anybody may know, its signature says: the
 * guard of the tokens looks at that afterwards.
 */
export function profileOfBearer(request: Request, now: Date): Part<ProfileOfSession> | undefined {
  const token = bearerToken(request.headers.authorization);
  const sessionId = token && unverifiedSessionId(token);
  return sessionId ? profileOf(ownerOfToken({ now, protocol: yat.name }, sessionId)) : undefined;
}
