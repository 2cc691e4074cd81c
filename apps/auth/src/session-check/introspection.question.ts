import type { Config } from '@app/config';
import type { Part } from '@app/database';
import type { Request } from 'express';
import { activeSession, type ActiveRow } from './active-session.question.js';
import { NOTHING, shownText } from './shown.question.js';

/** Asked in the same round trip as the limits and the service's key: what the token in the body is good for. */
export function sessionOfBody(request: Request, now: Date, config: Config): Part<ActiveRow> {
  const { token } = (request.body ?? {}) as { token?: unknown };
  return activeSession(typeof token === 'string' ? shownText(token) : NOTHING, now, config);
}
