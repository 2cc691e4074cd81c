import { Controller, Get, HttpCode, Patch, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import type { SentProfile } from '@app/accounts';
import type { RequestContext } from '@app/kernel';
import { Authenticated, CurrentSession, Limits } from '@app/throttle';
import { Caller } from '../../protocols/caller.decorator.js';
import { NeedsYatToken, YatApi, YatErrors } from '../../protocols/yat/yat-api.decorator.js';
import { YatBody } from '../../protocols/yat/yat-body.decorator.js';
import { YatMessageResponse } from '../../protocols/yat/yat-token.dto.js';
import { AccountService } from './account.service.js';
import { Bearer, BearerGuard, NeedsScope, type AccessTokenClaims } from '@app/tokens';
import { YatCurrentUserResponse, YatProfileRequest } from './yat-account.dto.js';
import { profileOfBearer } from './profile.question.js';
import { presentAccount } from './yat-account.presenter.js';
import { changeOf } from '../../protocols/yat/yat-login.js';
import { yatLimits } from '../../limits/yat.limits.js';

@Controller()
@YatApi()
@Limits(...yatLimits)
@UseGuards(BearerGuard)
export class YatAccountController {
  constructor(private readonly accounts: AccountService) {}

  /** Who is signed in */
  @Get('account')
  @Authenticated(profileOfBearer)
  @NeedsScope('account:read')
  @NeedsYatToken()
  @ApiOkResponse({ type: YatCurrentUserResponse })
  @YatErrors('session_not_found')
  account(@CurrentSession() profile: SentProfile): YatCurrentUserResponse {
    return presentAccount(profile);
  }

  /**
   * Change the account
   *
   * An account with a second factor needs it shown in the last 15 minutes, else 424; one without needs a sign-in in them for
   * a new password, user name or address. A new password ends all other sessions. A new address is shown when its owner has opened
   * the link that is mailed there; the one before is told.
   */
  @Patch('account')
  @NeedsScope('account:write')
  @NeedsYatToken()
  @ApiBody({ type: YatProfileRequest })
  @ApiOkResponse({ type: YatCurrentUserResponse })
  @YatErrors(
    'session_not_found',
    'proof_stale',
    'account_not_activated',
    'invalid_parameters',
    'password_weak',
    'username_taken',
    'email_taken',
    'resend_too_soon',
  )
  async change(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
    @YatBody() request: YatProfileRequest,
  ): Promise<YatCurrentUserResponse> {
    return presentAccount(await this.accounts.change(call, sid, changeOf(request)));
  }

  /**
   * Sign out everywhere
   *
   * Every session of the account ends; access tokens of them are refused here at once.
   */
  @Post('logout')
  @HttpCode(200)
  @NeedsScope('account:write', 'auth:twoFactor')
  @NeedsYatToken()
  @ApiOkResponse({ type: YatMessageResponse })
  @YatErrors('session_not_found')
  async logout(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
  ): Promise<YatMessageResponse> {
    await this.accounts.signOut(call, sid);
    return { message: 'Signed out' };
  }
}
