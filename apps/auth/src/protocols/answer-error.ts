import { Logger } from '@nestjs/common';
import type { AuthError } from '@app/kernel';
import { browserSpeech, ENGLISH, sendPage, type Speech } from '@app/pages';
import type { Response } from 'express';
import { errorPage } from './error-page.js';
import type { Protocol } from './protocol.js';
import { toAuthError } from './to-auth-error.js';

const logger = new Logger('Errors');

/** Says a refusal in the protocol's words. What went wrong inside goes to the log, never to the client. */
export function answerError(protocol: Protocol, thrown: unknown, response: Response): void {
  const error = toAuthError(thrown);
  // For whoever records what was refused: how it is said differs from protocol to protocol.
  response.locals['refused'] = error.code;
  if (error.code === 'unexpected')
    logger.error(error.cause ?? error, (error.cause as Error | undefined)?.stack);
  if (error.code === 'database_unavailable')
    logger.warn(`database unavailable: ${(error.cause as Error).message}`);
  if (response.headersSent) return;

  const { status, body, headers = {} } = protocol.renderError(error, response.req);
  setHeaders(response, error);
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (!protocol.pages || response.req.accepts(['json', 'html']) !== 'html')
    return send(protocol, body, response.status(status));
  const show = (speech: Speech) => sendPage(response, { status, document: errorPage(status, error, speech) });
  void browserSpeech(response.req).then(show, () => show(ENGLISH));
}

function send(protocol: Protocol, body: object, response: Response): void {
  const written = protocol.write?.(body, response.req);
  if (written === undefined) response.json(body);
  else response.send(written);
}

function setHeaders(response: Response, { code, details }: AuthError): void {
  response.setHeader('Cache-Control', 'no-store');
  // RFC 9110 §15.5.16: so a client sees that the coding is what was refused.
  if (code === 'encoding_unsupported') response.setHeader('Accept-Encoding', 'identity');
  if (details.retryAfterSeconds) response.setHeader('Retry-After', String(details.retryAfterSeconds));
  if (details.allow) response.setHeader('Allow', details.allow.join(', '));
}
