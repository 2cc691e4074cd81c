import { isRecorded, type RefusalLog } from '@app/audit';
import type { AuthErrorCode } from '@app/kernel';
import type { Handler, Request } from 'express';
import { routeLabel } from './route-label.js';

/** What says nothing about who called: there is no such door, or the service cannot answer at all. */
const NO_REFUSAL: AuthErrorCode[] = [
  'path_unknown',
  'method_not_allowed',
  'busy',
  'provider_unavailable',
  'database_unavailable',
  'unexpected',
];
/** Said where a statement has found nothing, and with it nothing to record. Rather twice in the log than not at all. */
const OF_NOTHING: AuthErrorCode[] = ['session_not_found', 'proof_stale'];

/** Has each refusal in the audit log that no statement has put there, once it is answered: as `request`, with the route. */
export function recordRefusals(log: RefusalLog): Handler {
  return (request, response, next) => {
    response.once('close', () => {
      const { call } = request;
      const refused = response.locals['refused'] as AuthErrorCode | undefined;
      if (!refused || !call || NO_REFUSAL.includes(refused)) return;
      if (!isRecorded(call) || OF_NOTHING.includes(refused)) log.note(call, eventOf(request), refused);
    });
    next();
  };
}

function eventOf(request: Request): 'request' | `request ${string}` {
  const route = routeLabel(request);
  return route === 'none' ? 'request' : `request ${route}`;
}
