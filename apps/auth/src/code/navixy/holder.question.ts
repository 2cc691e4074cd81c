import { accountOf, type AccountOfSession } from '@app/accounts';
import type { Part } from '@app/database';
import { digest } from '@app/kernel';
import { signedInSession } from '@app/sessions';
import type { Request } from 'express';
import { presentedHash } from '../../protocols/navixy/navixy-parameters.js';
import { navixy } from '../../protocols/navixy/navixy.protocol.js';

/** The account behind a session hash, as it travels beside the limits: timestamps are ISO strings. */
export interface NavixyHolder {
  id: string;
  email: string | null;
  username: string | null;
  phone: string | null;
  language: string;
  created_at: string;
  activated_at: string | null;
}

/** Asked in the same round trip as the limits: whose live session this is. */
export function holderOf(request: Request, now: Date): Part<AccountOfSession> | undefined {
  const hash = presentedHash(request);
  return hash ? accountOf(signedInSession({ now, protocol: navixy.name }, digest(hash))) : undefined;
}
