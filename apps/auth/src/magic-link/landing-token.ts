import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { digest } from '@app/kernel';
import type { Request } from 'express';
import { presentedToken } from '../protocols/wacht/browser-token.js';
import type { Visitor } from './landing.service.js';

const TOKEN = /^[\w-]{22,64}$/;

/** The link's token, of the query or the form, when it has a token's form. */
export const LinkToken = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const request = context.switchToHttp().getRequest<Request>();
  const body = (request.body ?? {}) as Record<string, unknown>;
  const token = request.method === 'POST' ? body.token : request.query.token;
  return typeof token === 'string' && TOKEN.test(token) ? token : undefined;
});

/** The browser that asks. */
export const Visits = createParamDecorator((_: unknown, context: ExecutionContext): Visitor => {
  const request = context.switchToHttp().getRequest<Request>();
  const token = presentedToken(request);
  return { browserTokenHash: token && digest(token), userAgent: request.call?.client.userAgent ?? '' };
});
