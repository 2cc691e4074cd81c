import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import { Config } from '@app/config';
import { AuthError, type RequestContext } from '@app/kernel';
import { Authenticated, CurrentSession, Limits } from '@app/throttle';
import type { Request, Response } from 'express';
import { forwardAuthLimits } from '../limits/service.limits.js';
import { Caller } from '../protocols/caller.decorator.js';
import { ServiceApi } from '../protocols/service/service-api.decorator.js';
import { ServiceErrorResponse } from '../protocols/service/service-error.dto.js';
import { forwardAuth } from '../protocols/service/service.protocol.js';
import type { ActiveRow } from './active-session.question.js';
import { ForwardAuthQuery } from './forward-auth.dto.js';
import { answerProxy, FORWARD_AUTH_HEADERS } from './forward-auth.presenter.js';
import { sessionOfRequest, shownBy } from './forward-auth.question.js';
import { SessionCheckService } from './session-check.service.js';

const SAID = { description: 'Of who is signed in.', schema: { type: 'string' } } as const;

@Controller('forward-auth')
@ServiceApi(forwardAuth)
@Limits(...forwardAuthLimits)
export class ForwardAuthController {
  constructor(
    private readonly sessions: SessionCheckService,
    private readonly config: Config,
  ) {}

  /**
   * Whether the sender of a request is signed in, for a proxy
   *
   * For `auth_request` of nginx, `forward_auth` of Caddy and `forwardAuth` of Traefik. The credential is that of the request the proxy
   * asks about: `Authorization` as in its protocol, else a session cookie.
   */
  @Get()
  @Authenticated(sessionOfRequest, { optional: true })
  @ApiResponse({
    status: 204,
    description: 'Signed in.',
    headers: Object.fromEntries(FORWARD_AUTH_HEADERS.map((name) => [name, SAID])),
  })
  @ApiResponse({ status: 302, description: 'Not signed in; a browser, and `rd` was given.' })
  @ApiResponse({ status: 401, description: 'Not signed in.', type: ServiceErrorResponse })
  async check(
    @Query() { rd }: ForwardAuthQuery,
    @CurrentSession() row: ActiveRow | undefined,
    @Caller() { now }: RequestContext,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    this.requireKnown(rd);
    const credential = await this.sessions.judge(row, shownBy(request, this.config).jwt, now);
    answerProxy(response, credential, rd);
  }

  /** Whoever can write the query would otherwise send people anywhere. */
  private requireKnown(rd: string | undefined): void {
    if (rd === undefined || this.config.http.redirectUrls.includes(rd)) return;
    const parameters = [{ parameter: 'rd', error: 'rd must be one of REDIRECT_URLS' }];
    throw new AuthError('invalid_parameters', { parameters });
  }
}
