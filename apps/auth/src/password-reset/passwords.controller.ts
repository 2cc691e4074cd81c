import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import { FORMS, WachtApi, WachtErrors } from '../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from '../session/browser.js';
import { BrowserService } from '../session/browser.service.js';
import { ForgotPasswordService } from './forgot-password.service.js';
import { toIdentifier } from '../session/identifiers.js';
import { CurrentBrowser, InBrowser } from '../session/in-browser.decorator.js';
import { ResetPasswordService } from './reset-password.service.js';
import { WachtDoneResponse } from '../session/session-answers.dto.js';
import { WachtForgotPasswordRequest, WachtResetPasswordRequest } from '../session/session.dto.js';
import { wachtLimits } from '../limits/wacht.limits.js';
import { presentedToken } from '../protocols/wacht/browser-token.js';

@Controller('auth')
@WachtApi()
@Limits(...wachtLimits)
export class PasswordsController {
  constructor(
    private readonly forgotten: ForgotPasswordService,
    private readonly resets: ResetPasswordService,
    private readonly browsers: BrowserService,
  ) {}

  /**
   * Mail a link for a new password
   *
   * The answer is the same whether there is such an account or not. Where the mailbox is the account's second factor, the link goes
   * to its phone, or there is none, and the mail says so.
   */
  @Post('forgot-password')
  @Idempotent(presentedToken)
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtForgotPasswordRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'resend_too_soon')
  async forgot(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @WachtParameters() request: WachtForgotPasswordRequest,
  ): Promise<BrowserAnswer> {
    await this.forgotten.send(call, toIdentifier(request));
    return { view, data: { success: true } };
  }

  /**
   * Choose a new password
   *
   * Ends all sessions of the account, in all protocols. A password that is refused leaves the link good.
   */
  @Post('reset-password')
  @Idempotent(presentedToken)
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtResetPasswordRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'password_weak', 'link_unknown', 'link_expired')
  async reset(
    @Caller() call: RequestContext,
    @CurrentBrowser() { id }: Browser,
    @WachtParameters() request: WachtResetPasswordRequest,
  ): Promise<BrowserAnswer> {
    await this.resets.reset(call, request.token, request.password);
    return { view: await this.browsers.view(call, id), data: { success: true } };
  }
}
