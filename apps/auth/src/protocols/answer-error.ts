import { Logger } from '@nestjs/common';
import type { AuthError } from '@app/kernel';
import type { Response } from 'express';
import type { Protocol } from './protocol.js';
import { toAuthError } from './to-auth-error.js';

const logger = new Logger('Errors');

/** Says a refusal in the protocol's words. What went wrong inside goes to the log, never to the client. */
export function answerError(protocol: Protocol, thrown: unknown, response: Response): void {
  const error = toAuthError(thrown);
  if (error.code === 'unexpected')
    logger.error(error.cause ?? error, (error.cause as Error | undefined)?.stack);
  if (error.code === 'database_unavailable')
    logger.warn(`database out of reach: ${(error.cause as Error).message}`);
  if (response.headersSent) return;

  const { status, body } = protocol.renderError(error, response.req);
  setHeaders(response, error);
  response.status(status).json(body);
}

function setHeaders(response: Response, { details }: AuthError): void {
  response.setHeader('Cache-Control', 'no-store');
  if (details.retryAfterSeconds) response.setHeader('Retry-After', String(details.retryAfterSeconds));
  if (details.allow) response.setHeader('Allow', details.allow.join(', '));
}
