import { createParamDecorator, Injectable, type ExecutionContext, type PipeTransform } from '@nestjs/common';
import { basePathOf, Config } from '@app/config';
import type { RequestContext } from '@app/kernel';
import type { PresentedOperator } from '@app/operators';
import { browserSpeech } from '@app/pages';
import type { Request } from 'express';
import { presentedOperatorToken } from '../../protocols/console/operator-cookie.js';
import { formTokenOf } from './form-token.js';
import type { Visit } from './visit.js';

@Injectable()
export class VisitPipe implements PipeTransform<Request, Promise<Visit>> {
  constructor(private readonly config: Config) {}

  async transform(request: Request): Promise<Visit> {
    const { done } = request.query;
    return {
      speech: await browserSpeech(request),
      base: basePathOf(this.config),
      formToken: formTokenOf(presentedOperatorToken(request, this.config) ?? ''),
      ...(request.session && { operator: operatorOf(request) }),
      ...(typeof done === 'string' && { done }),
    };
  }
}

const ConsoleRequest = createParamDecorator((_: unknown, context: ExecutionContext) =>
  context.switchToHttp().getRequest<Request>(),
);

/** Who is in front of the page, for a handler. */
export const OnVisit = (): ParameterDecorator => ConsoleRequest(VisitPipe);

/** The call as the core sees it, by the operator who has signed in: their address stands in the place of the browser, as in calls of the command line. */
export const OperatorCall = createParamDecorator((_: unknown, context: ExecutionContext): RequestContext => {
  const request = context.switchToHttp().getRequest<Request>();
  const { call } = request;
  if (!call) throw new Error('the request has no call: attachCall must run before the router');
  return { ...call, client: { ...call.client, userAgent: `operator ${operatorOf(request).email}` } };
});

export function operatorOf({ session }: Request): PresentedOperator {
  if (!session) throw new Error('the route is not for operators');
  return session as unknown as PresentedOperator;
}
