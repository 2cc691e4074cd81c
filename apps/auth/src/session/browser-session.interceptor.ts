import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import { Config } from '@app/config';
import { digest, type RequestContext } from '@app/kernel';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import { issueToken, presentedToken } from '../protocols/wacht/browser-token.js';
import { succeed, type WachtEnvelope } from '../protocols/wacht/wacht-envelope.js';
import type { Browser, BrowserAnswer } from './browser.js';
import { BrowserService } from './browser.service.js';
import type { BrowserView } from './browser-view.js';
import { presentSession } from './session.presenter.js';

declare global {
  // eslint-disable-next-line @typescript-eslint/no-namespace -- how Express's own types are extended
  namespace Express {
    interface Request {
      browser?: Browser;
    }
  }
}

/**
 * Gives every call its browser session, and every answer the session in its envelope. The session is known before the body is
 * looked at, so that the answer to a bad one carries it too.
 */
@Injectable()
export class BrowserSessionInterceptor implements NestInterceptor<BrowserAnswer, WachtEnvelope<object>> {
  constructor(
    private readonly browsers: BrowserService,
    private readonly config: Config,
  ) {}

  async intercept(
    context: ExecutionContext,
    next: CallHandler<BrowserAnswer>,
  ): Promise<Observable<WachtEnvelope<object>>> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    const { call } = request;
    if (!call) throw new Error('the request has no call: attachCall must run before the router');
    await this.enter(call, request, response);
    if (request.bodyProblem) throw request.bodyProblem;
    return next.handle().pipe(map((answer) => this.envelope(call, response, answer)));
  }

  private async enter(call: RequestContext, request: Request, response: Response): Promise<void> {
    const presented = {
      tokenHash: digest(presentedToken(request, this.config) ?? ''),
      view: (request.session ?? undefined) as BrowserView | undefined,
    };
    const { token, ...browser } = await this.browsers.enter(call, presented, request.method === 'GET');
    request.browser = browser;
    request.wachtSession = presentSession(browser.view, call.now);
    if (token) issueToken(response, token, this.config);
  }

  private envelope(
    { now }: RequestContext,
    response: Response,
    { view, token, data }: BrowserAnswer,
  ): WachtEnvelope<object> {
    const session = presentSession(view, now);
    if (token) issueToken(response, token, this.config);
    response.setHeader('Cache-Control', 'no-store');
    return succeed(data ?? session, session);
  }
}
