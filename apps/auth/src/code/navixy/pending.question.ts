import { withFactor, type AccountFactor } from '@app/accounts';
import type { Part } from '@app/database';
import { digest } from '@app/kernel';
import { pendingSession } from '@app/sessions';
import type { Request } from 'express';
import { presentedHash } from '../../protocols/navixy/navixy-parameters.js';
import { navixy } from '../../protocols/navixy/navixy.protocol.js';

/** A session that waits for its code, and by what it can be proven. */
export interface PendingSession extends AccountFactor {
  session_id: string;
}

/** Asked in the same round trip as the limits: which pending session this is. */
export function pendingOf(request: Request, now: Date): Part<PendingSession> | undefined {
  const hash = presentedHash(request);
  return hash ? withFactor({ now }, pendingSession({ now, protocol: navixy.name }, digest(hash))) : undefined;
}
