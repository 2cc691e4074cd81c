import { Controller, Get, HttpCode, Post, Query, Redirect } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiFoundResponse, ApiOkResponse } from '@nestjs/swagger';
import type { Call } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import { FORMS, WachtApi, WachtErrors } from '../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from './browser.js';
import { BrowserService } from './browser.service.js';
import { ForgotPasswordService } from './forgot-password.service.js';
import { toIdentifier } from './identifiers.js';
import { CurrentBrowser, InBrowser } from './in-browser.decorator.js';
import { LinkService } from './link.service.js';
import { ResetPasswordService } from './reset-password.service.js';
import { WachtAvailabilityResponse, WachtDoneResponse } from './session-answers.dto.js';
import {
  WachtAvailabilityRequest,
  WachtForgotPasswordRequest,
  WachtResetPasswordRequest,
} from './session.dto.js';
import { SignUpService } from './sign-up.service.js';
import { wachtLimits } from './wacht.limits.js';

@Controller('auth')
@WachtApi()
@Limits(...wachtLimits)
export class PasswordsController {
  constructor(
    private readonly signUps: SignUpService,
    private readonly forgotten: ForgotPasswordService,
    private readonly resets: ResetPasswordService,
    private readonly links: LinkService,
    private readonly browsers: BrowserService,
  ) {}

  /** Whether an e-mail address or user name is free */
  @Post('identifier-availability')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtAvailabilityRequest })
  @ApiOkResponse({ type: WachtAvailabilityResponse })
  @WachtErrors('invalid_parameters', 'identifier_missing', 'email_invalid')
  async availability(
    @CurrentBrowser() { view }: Browser,
    @WachtParameters() request: WachtAvailabilityRequest,
  ): Promise<BrowserAnswer> {
    const identifier = toIdentifier(request);
    const available = await this.signUps.isAvailable(identifier);
    return { view, data: { available, identifier_type: identifier.kind, identifier: identifier.value } };
  }

  /**
   * Mail a link for a new password
   *
   * The answer is the same whether there is such an account or not.
   */
  @Post('forgot-password')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtForgotPasswordRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'resend_too_soon')
  async forgot(
    @Caller() call: Call,
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
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtResetPasswordRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'password_weak', 'link_unknown', 'link_expired')
  async reset(
    @Caller() call: Call,
    @CurrentBrowser() { id }: Browser,
    @WachtParameters() request: WachtResetPasswordRequest,
  ): Promise<BrowserAnswer> {
    await this.resets.reset(call, request.token, request.password);
    return { view: await this.browsers.view(call, id), data: { success: true } };
  }

  /**
   * Open a magic link
   *
   * Leads on to the page where it is confirmed, and changes nothing: mail scanners open links too.
   */
  @Get('verify-magic-link')
  @Redirect()
  @ApiFoundResponse({ description: 'To the page.' })
  @WachtErrors('link_unknown', 'link_expired')
  async openLink(@Caller() call: Call, @Query('token') token?: unknown): Promise<{ url: string }> {
    return { url: await this.links.pageOf(call, token) };
  }
}
