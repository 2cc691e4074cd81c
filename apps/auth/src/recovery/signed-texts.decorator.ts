import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { rawProperty } from './raw-property.js';

/**
 * The new keys as text: exactly as they were sent and, for clients that write their body with white space but sign it
 * without, as `JSON.stringify` writes them in the same order. Both say the same.
 */
export const SignedTexts = createParamDecorator((_: unknown, context: ExecutionContext): string[] => {
  const { rawBody, body } = context.switchToHttp().getRequest<Request & { rawBody?: Buffer }>();
  const sent = rawProperty(rawBody?.toString('utf8') ?? '{}', 'newCredentials');
  const written = JSON.stringify((body as { newCredentials?: unknown } | undefined)?.newCredentials);
  return [sent, written].filter((text) => text !== undefined);
});
