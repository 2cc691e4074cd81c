import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import { YatApi, YatErrors } from '../protocols/yat/yat-api.decorator.js';
import { YatBody } from '../protocols/yat/yat-body.decorator.js';
import { YatTokenResponse } from '../protocols/yat/yat-token.dto.js';
import { presentTokens } from '../protocols/yat/yat-token.presenter.js';
import { TokenService } from './token.service.js';
import { loginOf } from '../protocols/yat/yat-login.js';
import { YatConfirm2FaRequest, YatLoginRequest, YatRefreshRequest } from './yat-token.dto.js';
import { yatLimits } from '../limits/yat.limits.js';

@Controller('auth')
@YatApi()
@Limits(...yatLimits)
export class YatTokenController {
  constructor(private readonly tokens: TokenService) {}

  /**
   * Sign in with a password
   *
   * Answers both tokens even when a second factor is pending (`requires_2fa`): they are then good for nothing but to
   * finish at `/auth/2fa`.
   */
  @Post('token')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: YatLoginRequest })
  @ApiOkResponse({ type: YatTokenResponse })
  @YatErrors(
    'credentials_wrong',
    'login_locked',
    'invalid_parameters',
    'identifier_missing',
    'address_missing',
  )
  async signIn(
    @Caller() call: RequestContext,
    @YatBody() request: YatLoginRequest,
  ): Promise<YatTokenResponse> {
    return presentTokens(await this.tokens.signIn(call, loginOf(request), request.password));
  }

  /**
   * Refresh the tokens
   *
   * The refresh token is good once. For ten seconds more it answers with the same successor, for a client whose answer
   * was lost; after that, or once the successor was used, it ends the session.
   */
  @Post('token/refresh')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: YatRefreshRequest })
  @ApiOkResponse({ type: YatTokenResponse })
  @YatErrors('session_not_found', 'invalid_parameters')
  async refresh(
    @Caller() call: RequestContext,
    @YatBody() { refresh_token }: YatRefreshRequest,
  ): Promise<YatTokenResponse> {
    return presentTokens(await this.tokens.refresh(call, refresh_token));
  }

  /**
   * Show the second factor
   *
   * With the refresh token of a sign-in or of a refresh. Opens what is sensitive for 15 minutes.
   */
  @Post('2fa')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: YatConfirm2FaRequest })
  @ApiOkResponse({ type: YatTokenResponse })
  @YatErrors('code_wrong', 'session_not_found', 'invalid_parameters')
  async confirm(
    @Caller() call: RequestContext,
    @YatBody() request: YatConfirm2FaRequest,
  ): Promise<YatTokenResponse> {
    return presentTokens(await this.tokens.confirm(call, request.refresh_token, request.code));
  }
}
