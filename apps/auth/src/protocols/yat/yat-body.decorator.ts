import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

/** The body as an object; none at all is one without fields, which the fields' own rules then refuse. */
export const YatBody = createParamDecorator((_: unknown, context: ExecutionContext): object => {
  const body: unknown = context.switchToHttp().getRequest<Request>().body;
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new AuthError('malformed_request');
  return body;
});
