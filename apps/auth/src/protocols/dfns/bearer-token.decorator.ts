import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Request } from 'express';

const BEARER = /^Bearer +([\w.~+/=-]{1,4096})$/i;

/** The token of `Authorization: Bearer …`. Only its form is checked. */
export const BearerToken = createParamDecorator((_: unknown, context: ExecutionContext): string => {
  const token = BEARER.exec(context.switchToHttp().getRequest<Request>().headers.authorization ?? '')?.[1];
  if (!token) throw new AuthError('credential_malformed');
  return token;
});
