import type { AuthError } from '@app/kernel';
import type { Protocol, RenderedError } from '../protocol.js';
import { isoDuration } from './iso-duration.js';
import { navixyErrors } from './navixy.errors.js';

/** docs/protocols/navixy.md: numbered errors in an envelope, lenient with what it does not know, JSON and forms. */
export const navixy: Protocol = {
  name: 'navixy',
  prefixes: ['/v2', '/api-v2', '/fsm', '/user'],
  renderError,
  validation: { whitelist: true, transform: true },
  bodies: { json: ['application/json', 'text/json', 'application/*+json'], form: true },
};

function renderError({ code, details }: AuthError): RenderedError {
  const { code: number, description, status } = navixyErrors[code];
  const body = {
    success: false,
    status: { code: number, description },
    ...(details.parameters && { errors: details.parameters }),
    ...(details.waitSeconds &&
      waiting(details.waitSeconds, details.retryAfterSeconds ?? details.waitSeconds)),
  };
  return { status, body };
}

/** The shape that the protocol documents for its own waiting times. */
function waiting(waitSeconds: number, retryAfterSeconds: number) {
  return { timeout: isoDuration(waitSeconds), remainder: isoDuration(retryAfterSeconds) };
}
