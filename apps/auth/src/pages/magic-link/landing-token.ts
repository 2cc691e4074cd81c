import { createParamDecorator, Injectable, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import { Config } from '@app/config';
import { digest } from '@app/kernel';
import type { Request } from 'express';
import { presentedToken } from '../../protocols/wacht/browser-token.js';
import type { Visitor } from './landing.service.js';

const TOKEN = /^[\w-]{22,64}$/;

/** The link's token, of the query or the form, when it has a token's form. */
export const LinkToken = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const request = context.switchToHttp().getRequest<Request>();
  const body = (request.body ?? {}) as Record<string, unknown>;
  const token = request.method === 'POST' ? body.token : request.query.token;
  return typeof token === 'string' && TOKEN.test(token) ? token : undefined;
});

@Injectable()
class VisitorPipe implements PipeTransform<Request, Visitor> {
  constructor(private readonly config: Config) {}

  transform(request: Request): Visitor {
    const token = presentedToken(request, this.config);
    return { browserTokenHash: token && digest(token), userAgent: request.call?.client.userAgent ?? '' };
  }
}

const ThisRequest = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<Request>(),
);

/** The browser that asks. */
export const Visits = () => ThisRequest(VisitorPipe);
