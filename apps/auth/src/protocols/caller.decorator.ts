import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { RequestContext } from '@app/kernel';
import type { Request } from 'express';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express's own types are extended
  namespace Express {
    interface Request {
      /** Set for every request before any controller sees it. */
      call?: RequestContext;
    }
  }
}

/** The call as the core sees it: who, in which protocol, and when. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext): RequestContext => {
  const { call } = context.switchToHttp().getRequest<Request>();
  if (!call) throw new Error('the request has no call: attachCall must run before the router');
  return call;
});
