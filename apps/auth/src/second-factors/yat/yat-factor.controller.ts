import { Controller, HttpCode, Post, UseGuards } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../../protocols/caller.decorator.js';
import { NeedsYatToken, YatApi, YatErrors } from '../../protocols/yat/yat-api.decorator.js';
import { YatBody } from '../../protocols/yat/yat-body.decorator.js';
import { YatMessageResponse } from '../../protocols/yat/yat-token.dto.js';
import { Bearer, BearerGuard, NeedsScope, type AccessTokenClaims } from '@app/tokens';
import { FactorCodeService } from './factor-code.service.js';
import { FactorConfirmService } from './factor-confirm.service.js';
import { FactorSettings } from './factor-settings.js';
import {
  YatDisable2FaRequest,
  YatEnable2FaRequest,
  YatEnable2FaResponse,
  YatSmsCodeResponse,
  YatTwoFactorCodeRequest,
  YatTwoFactorRequest,
  YatTwoFactorResponse,
} from './yat-factor.dto.js';
import { lastDigits, presentFactor, presentOldSetup } from './yat-factor.presenter.js';
import { yatLimits } from '../../limits/yat.limits.js';

@Controller('account/2fa')
@YatApi()
@Limits(...yatLimits)
@UseGuards(BearerGuard)
@NeedsYatToken()
export class YatFactorController {
  constructor(
    private readonly settings: FactorSettings,
    private readonly confirmations: FactorConfirmService,
    private readonly codes: FactorCodeService,
  ) {}

  /**
   * Set up an authenticator, or take the second factor away
   *
   * The older shape. Needs a fresh proof, else 424. Signing in asks for the authenticator once a code of it is confirmed.
   */
  @Post()
  @HttpCode(200)
  @NeedsScope('account:write')
  @ApiBody({ type: YatTwoFactorRequest })
  @ApiOkResponse({ type: YatTwoFactorResponse })
  @YatErrors('session_not_found', 'proof_stale', 'account_not_activated', 'invalid_parameters')
  async choose(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
    @YatBody() request: YatTwoFactorRequest,
  ): Promise<YatTwoFactorResponse> {
    return presentOldSetup(await this.settings.choose(call, sid, request.requires_2fa), request);
  }

  /**
   * Confirm a second factor
   *
   * With a code of what was set up, in either shape. Sessions of the account that were made without it end.
   */
  @Post('confirm')
  @HttpCode(200)
  @NeedsScope('account:write')
  @ApiBody({ type: YatTwoFactorCodeRequest })
  @ApiOkResponse({ type: YatMessageResponse })
  @YatErrors('session_not_found', 'code_wrong', 'invalid_parameters', 'phone_taken')
  async confirm(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
    @YatBody() { code }: YatTwoFactorCodeRequest,
  ): Promise<YatMessageResponse> {
    await this.confirmations.confirm(call, sid, code);
    return { message: 'Two factor authentication is on' };
  }

  /**
   * Set up an authenticator or a phone
   *
   * The newer shape. Needs a fresh proof, else 424. Signing in asks for it once a code of it is confirmed.
   */
  @Post('enable')
  @HttpCode(200)
  @NeedsScope('account:write')
  @ApiBody({ type: YatEnable2FaRequest })
  @ApiOkResponse({ type: YatEnable2FaResponse })
  @YatErrors(
    'session_not_found',
    'proof_stale',
    'account_not_activated',
    'invalid_parameters',
    'resend_too_soon',
  )
  async enable(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
    @YatBody() { provider, phone }: YatEnable2FaRequest,
  ): Promise<YatEnable2FaResponse> {
    return presentFactor(await this.settings.enable(call, sid, provider, phone));
  }

  /** Take the second factor away */
  @Post('disable')
  @HttpCode(200)
  @NeedsScope('account:write')
  @ApiBody({ type: YatDisable2FaRequest })
  @ApiOkResponse({ type: YatMessageResponse })
  @YatErrors('session_not_found', 'proof_stale', 'invalid_parameters')
  async disable(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
    @YatBody() _request: YatDisable2FaRequest,
  ): Promise<YatMessageResponse> {
    await this.settings.choose(call, sid, null);
    return { message: 'Two factor authentication is off' };
  }

  /**
   * Send the code of the second factor
   *
   * For a session that waits for it, and for one that needs a fresh proof.
   */
  @Post('sms_code')
  @Idempotent()
  @HttpCode(200)
  @NeedsScope('account:write', 'auth:twoFactor')
  @ApiOkResponse({ type: YatSmsCodeResponse })
  @YatErrors('session_not_found', 'address_missing', 'resend_too_soon')
  async sendCode(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
  ): Promise<YatSmsCodeResponse> {
    return { message: 'The code is on its way', ...lastDigits(await this.codes.send(call, sid)) };
  }
}
