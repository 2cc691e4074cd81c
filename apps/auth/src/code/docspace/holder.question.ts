import { accountOf, type AccountOfSession } from '@app/accounts';
import type { Part } from '@app/database';
import { digest } from '@app/kernel';
import { signedInSession } from '@app/sessions';
import type { Request } from 'express';
import { docspace } from '../../protocols/docspace/docspace.protocol.js';
import { presentedToken } from '../../protocols/docspace/docspace-token.js';

/** Asked in the same round trip as the limits: whose live session this is. */
export function holderOf(request: Request, now: Date): Part<AccountOfSession> | undefined {
  const token = presentedToken(request);
  return token ? accountOf(signedInSession({ now, protocol: docspace.name }, digest(token))) : undefined;
}
