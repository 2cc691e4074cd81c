import { Logger } from '@nestjs/common';
import type { Response } from 'express';
import type { Claim, IdempotencyService, KeptAnswer } from './idempotency.service.js';

/** What belongs to the answer and not to the transport of one copy of it. */
const HEADERS = [
  'content-type',
  'set-cookie',
  'location',
  'cache-control',
  'retry-after',
  'x-development-session',
];
/** Far beyond what any of these calls answers. */
const LONGEST_BODY = 64 * 1024;
const logger = new Logger('Idempotency');

/**
 * Writes the answer down before it is sent: whoever has it in hand has it again under the key. An answer that says nothing of what
 * was done (5xx) leaves the claim, because the call may have been done; one that says "not now" (429) lets it go.
 */
export function keepWhenAnswered(response: Response, calls: IdempotencyService, claim: Claim): void {
  const end = response.end.bind(response) as (...args: unknown[]) => Response;
  const settle = (chunk: unknown) => {
    if (response.statusCode === 429) return calls.release(claim);
    const answer = answerOf(response, chunk);
    return response.statusCode < 500 && answer.body.length <= LONGEST_BODY
      ? calls.keep(claim, answer)
      : Promise.resolve();
  };
  const ended = (...args: unknown[]): Response => {
    response.end = end as Response['end'];
    settle(args[0])
      .catch((error: Error) =>
        logger.warn(`an answer could not be kept for its repetition: ${error.message}`),
      )
      .finally(() => end(...args));
    return response;
  };
  response.end = ended as Response['end'];
}

/** Says again what was said, and that it is that. */
export function sendAgain(response: Response, { status, headers, body }: KeptAnswer): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.setHeader('Idempotency-Replayed', 'true');
  response.status(status).end(body);
}

function answerOf(response: Response, chunk: unknown): KeptAnswer {
  const headers = HEADERS.map((name) => [name, response.getHeader(name)] as const);
  const isBody = typeof chunk === 'string' || Buffer.isBuffer(chunk);
  return {
    status: response.statusCode,
    headers: Object.fromEntries(
      headers.flatMap(([name, value]) =>
        value === undefined ? [] : [[name, Array.isArray(value) ? value : String(value)]],
      ),
    ),
    body: isBody ? String(chunk) : '',
  };
}
