import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import { FORMS, WachtApi, WachtErrors } from '../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../protocols/wacht/wacht-parameters.js';
import { WachtSessionResponse } from '../protocols/wacht/wacht-session.dto.js';
import type { Browser, BrowserAnswer } from './browser.js';
import { BrowserService } from './browser.service.js';
import { CurrentBrowser, InBrowser } from './in-browser.decorator.js';
import { WachtTokenResponse } from './session-answers.dto.js';
import { WachtSignOutRequest, WachtSwitchRequest } from './session.dto.js';
import { SessionTokenService } from './session-token.service.js';
import { wachtLimits } from '../limits/wacht.limits.js';

@Controller('session')
@WachtApi()
@Limits(...wachtLimits)
export class SessionController {
  constructor(
    private readonly browsers: BrowserService,
    private readonly tokens: SessionTokenService,
  ) {}

  /**
   * What this browser holds
   *
   * Makes a session, and its cookie, when there is none.
   */
  @Get()
  @InBrowser()
  @ApiOkResponse({ type: WachtSessionResponse })
  @WachtErrors()
  session(@CurrentBrowser() { view }: Browser): BrowserAnswer {
    return { view };
  }

  /** An access token of the active sign-in */
  @Get('token')
  @InBrowser()
  @ApiOkResponse({ type: WachtTokenResponse })
  @WachtErrors('session_not_found')
  async token(@Caller() call: RequestContext, @CurrentBrowser() { view }: Browser): Promise<BrowserAnswer> {
    return { view, data: await this.tokens.issue(call, view) };
  }

  /**
   * Sign out
   *
   * Of one sign-in, of the active one when none is named, or of all in this browser.
   */
  @Post('sign-out')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtSignOutRequest, required: false })
  @ApiOkResponse({ type: WachtSessionResponse })
  @WachtErrors('invalid_parameters')
  signOut(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @WachtParameters() { sign_in_id, all_sessions }: WachtSignOutRequest,
  ): Promise<BrowserAnswer> {
    return this.browsers.signOut(call, browser, { id: sign_in_id, all: String(all_sessions) === 'true' });
  }

  /** Make another sign-in the active one */
  @Post('switch-sign-in')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtSwitchRequest, required: false })
  @ApiOkResponse({ type: WachtSessionResponse })
  @WachtErrors('invalid_parameters')
  switch(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @WachtParameters() { sign_in_id }: WachtSwitchRequest,
  ): Promise<BrowserAnswer> {
    return this.browsers.switch(call, browser, sign_in_id);
  }
}
