import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Authenticated, CurrentSession, Limits } from '@app/throttle';
import { Caller } from '../../protocols/caller.decorator.js';
import { NavixyApi, NavixyErrors, NeedsNavixyHash } from '../../protocols/navixy/navixy-api.decorator.js';
import { NavixyHash, NavixyParameters } from '../../protocols/navixy/navixy-parameters.js';
import { NavixyCodeService } from './code.service.js';
import {
  NavixyHashResponse,
  NavixySignInRequest,
  NavixySignInResponse,
  NavixySuccess,
  NavixyVerifyCodeRequest,
} from './code.dto.js';
import { navixyLimits } from '../../limits/navixy.limits.js';
import { pendingOf, type PendingSession } from './pending.question.js';
import { presentSignIn } from './presenter.js';
import { NavixyResendService } from './resend.service.js';
import { NavixySignInService } from './sign-in.service.js';
import { presentedHash } from '../../protocols/navixy/navixy-parameters.js';

@Controller('user/auth')
@NavixyApi()
@Limits(...navixyLimits)
export class NavixyCodeController {
  constructor(
    private readonly signIns: NavixySignInService,
    private readonly codes: NavixyCodeService,
    private readonly resends: NavixyResendService,
  ) {}

  /**
   * Sign in with a password
   *
   * Answers a session hash, or, for an account with a second factor, the hash of a session that waits for its code.
   */
  @Post()
  @Idempotent(presentedHash)
  @HttpCode(200)
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ type: NavixySignInRequest })
  @ApiOkResponse({ type: NavixySignInResponse })
  @NavixyErrors(
    'credentials_wrong',
    'account_not_activated',
    'login_locked',
    'address_missing',
    'invalid_parameters',
    'malformed_request',
    'account_disabled',
  )
  async signIn(
    @Caller() call: RequestContext,
    @NavixyParameters() request: NavixySignInRequest,
  ): Promise<NavixySignInResponse> {
    const { login, password, dealer_id } = request;
    return presentSignIn(await this.signIns.signIn(call, { login, password, orgId: dealer_id?.toString() }));
  }

  /**
   * Send the code again
   *
   * A new code takes the place of the old one. Once in five minutes for an account; the code sent by the sign-in
   * itself does not count.
   */
  @Post('code/resend')
  @Idempotent(presentedHash)
  @HttpCode(200)
  @Authenticated(pendingOf, { optional: true })
  @NeedsNavixyHash()
  @ApiOkResponse({ type: NavixySuccess })
  @NavixyErrors('credential_malformed', 'session_not_found', 'address_missing')
  async resend(
    @Caller() call: RequestContext,
    @NavixyHash() hash: string,
    @CurrentSession() pending: PendingSession | undefined,
  ): Promise<NavixySuccess> {
    await this.resends.resend(call, hash, pending);
    return { success: true };
  }

  /**
   * Verify the code
   *
   * The hash that waited for the code is dead afterwards; the answer carries the session's hash.
   */
  @Post('code/verify')
  @Idempotent(presentedHash)
  @HttpCode(200)
  @Authenticated(pendingOf, { optional: true })
  @NeedsNavixyHash()
  @ApiConsumes('application/json', 'application/x-www-form-urlencoded')
  @ApiBody({ type: NavixyVerifyCodeRequest })
  @ApiOkResponse({ type: NavixyHashResponse })
  @NavixyErrors(
    'code_wrong',
    'credential_malformed',
    'session_not_found',
    'invalid_parameters',
    'malformed_request',
  )
  async verify(
    @Caller() call: RequestContext,
    @NavixyHash() hash: string,
    @CurrentSession() pending: PendingSession | undefined,
    @NavixyParameters() { code }: NavixyVerifyCodeRequest,
  ): Promise<NavixyHashResponse> {
    return { success: true, hash: await this.codes.verify(call, hash, pending, code.trim()) };
  }
}
