import { profileOf, type ProfileOfSession } from '@app/accounts';
import type { Part } from '@app/database';
import { digest } from '@app/kernel';
import { signedInSession } from '@app/sessions';
import type { Request } from 'express';
import { presentedToken } from '../../protocols/docspace/docspace-token.js';
import { docspace } from '../../protocols/docspace/docspace.protocol.js';

/** Asked in the same round trip as the limits: who is signed in. */
export function profileOfHolder(request: Request, now: Date): Part<ProfileOfSession> | undefined {
  const token = presentedToken(request);
  return token ? profileOf(signedInSession({ now, protocol: docspace.name }, digest(token))) : undefined;
}
