import { Controller, Get, HttpCode, Param, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBody, ApiParam } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Speeches } from '@app/pages';
import { Authenticated, CurrentSession, Limits } from '@app/throttle';
import type { Response } from 'express';
import { Caller } from '../../protocols/caller.decorator.js';
import {
  DocspaceAnswers,
  DocspaceApi,
  DocspaceErrors,
  NeedsDocspaceToken,
  ReadsDocspaceJson,
} from '../../protocols/docspace/docspace-api.decorator.js';
import { DocspaceCookieGuard } from '../../protocols/docspace/docspace-cookie.guard.js';
import { DocspaceBody } from '../../protocols/docspace/docspace-body.decorator.js';
import { DocspaceTokens } from '../../protocols/docspace/docspace-token.js';
import { DocspaceAuthentication, DocspaceSignInRequest } from './authentication.dto.js';
import { DocspaceCodeService } from './code.service.js';
import { holderOf } from './holder.question.js';
import { codeOf, signInOf } from './request.js';
import { DocspaceSignInService } from './sign-in.service.js';
import { docspaceLimits } from '../../limits/docspace.limits.js';
import { DocspaceStepPresenter } from './authentication.presenter.js';
import { SessionLifeService } from '../session-life.service.js';
import { presentedCredentials } from '../../protocols/docspace/docspace-confirm-key.js';

@Controller('api/2.0/authentication')
@DocspaceApi()
@Limits(...docspaceLimits)
export class DocspaceAuthenticationController {
  constructor(
    private readonly signIns: DocspaceSignInService,
    private readonly codes: DocspaceCodeService,
    private readonly sessions: SessionLifeService,
    private readonly presenter: DocspaceStepPresenter,
    private readonly speeches: Speeches,
  ) {}

  /**
   * Whether the token is good
   *
   * Also with none: the answer is then false.
   */
  @Get()
  @Authenticated(holderOf, { optional: true })
  @NeedsDocspaceToken()
  @DocspaceAnswers('boolean')
  @DocspaceErrors()
  isSignedIn(@CurrentSession() holder: object | undefined): boolean {
    return holder !== undefined;
  }

  /**
   * Sign in
   *
   * Answers a token, or, for an account with a second factor, what it waits for.
   */
  @Post()
  @Idempotent(presentedCredentials)
  @HttpCode(200)
  @ReadsDocspaceJson()
  @ApiBody({ type: DocspaceSignInRequest })
  @DocspaceAnswers(DocspaceAuthentication)
  @DocspaceErrors(
    'invalid_parameters',
    'credentials_wrong',
    'account_disabled',
    'login_locked',
    'provider_unavailable',
  )
  async signIn(
    @Caller() call: RequestContext,
    @DocspaceBody() request: DocspaceSignInRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DocspaceAuthentication> {
    return this.presenter.present(
      await this.signIns.signIn(call, signInOf(request, this.speeches)),
      response,
    );
  }

  /**
   * End the session
   *
   * Clears the cookies also when there is none: clients answer every 401 by this call.
   */
  @Post('logout')
  @HttpCode(200)
  @UseGuards(DocspaceCookieGuard)
  @NeedsDocspaceToken()
  @DocspaceAnswers('nothing')
  @DocspaceErrors('origin_refused')
  async logout(
    @Caller() call: RequestContext,
    @DocspaceTokens() tokens: string[],
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    await this.sessions.endLive(call, tokens);
    this.presenter.signedOut(response);
  }

  /**
   * Authenticate a user by code
   *
   * Both factors in one call. The code is the one of the body, else that of the path.
   */
  @Post(':code')
  @Idempotent(presentedCredentials)
  @HttpCode(200)
  @ReadsDocspaceJson()
  @ApiParam({ name: 'code', type: String, description: 'Counts when the body has none.' })
  @ApiBody({ type: DocspaceSignInRequest })
  @DocspaceAnswers(DocspaceAuthentication)
  @DocspaceErrors(
    'invalid_parameters',
    'credentials_wrong',
    'code_wrong',
    'attempt_not_found',
    'account_disabled',
    'login_locked',
    'guesses_spent',
    'provider_unavailable',
  )
  async verify(
    @Caller() call: RequestContext,
    @Param('code') path: string,
    @DocspaceBody() request: DocspaceSignInRequest,
    @Res({ passthrough: true }) response: Response,
  ): Promise<DocspaceAuthentication> {
    const step = await this.codes.verify(call, signInOf(request, this.speeches), codeOf(request, path));
    return this.presenter.present(step, response);
  }
}
