import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Config } from '@app/config';
import type { RequestContext } from '@app/kernel';
import type { Request, Response } from 'express';
import { IdempotencyService, type KeyedCall } from './idempotency.service.js';
import { keepWhenAnswered, sendAgain } from './keeping.js';
import { presentedKey } from './presented-key.js';

/** The credential of a call, as presented; it sees input that nobody has validated. */
export type CredentialOf = (request: Request, config: Config) => string | undefined;

/** Tells the guard where a route finds its credential. */
export const CallCredential = Reflector.createDecorator<CredentialOf>();

/** What the application puts on a request before it is routed. */
type Read = Request & { rawBody?: Buffer; call?: RequestContext };

/**
 * Behind the limits, and before anything else of a route runs. A call without the header costs nothing; one with it costs a statement
 * before and one after.
 */
@Injectable()
export class IdempotencyGuard implements CanActivate {
  constructor(
    @Inject(IdempotencyService) private readonly calls: IdempotencyService,
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Config) private readonly config: Config,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Read>();
    const key = presentedKey(request);
    if (key === undefined) return true;
    const { call } = request;
    if (!call) throw new Error('the request has no call: attachCall must run before the router');
    const begun = await this.calls.begin(call, this.keyedCall(request, context, key));
    const response = http.getResponse<Response>();
    if ('id' in begun) {
      keepWhenAnswered(response, this.calls, begun);
      return true;
    }
    sendAgain(response, begun);
    // Nest makes a refusal of this, which is not said: the answer is on its way.
    return false;
  }

  /** Whoever would read an answer has to present key, credential, path and body: all that making the call itself takes. */
  private keyedCall(request: Read, context: ExecutionContext, key: string): KeyedCall {
    const on = [context.getHandler(), context.getClass()];
    const credentialOf =
      this.reflector.getAllAndOverride<CredentialOf | undefined>(CallCredential, on) ?? bearer;
    const route = `${context.getClass().name}.${context.getHandler().name}`;
    const { originalUrl, headers, rawBody, body } = request;
    return {
      scope: [route, credentialOf(request, this.config) ?? '', key],
      asked: [originalUrl, headers['content-type'] ?? '', String(rawBody ?? JSON.stringify(body ?? null))],
    };
  }
}

const bearer: CredentialOf = ({ headers }) => headers.authorization;
