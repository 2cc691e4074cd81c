import { Controller, Get, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiFoundResponse, ApiOkResponse, ApiQuery } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import type { Request, Response } from 'express';
import { wachtLimits } from '../limits/wacht.limits.js';
import { Caller } from '../protocols/caller.decorator.js';
import { FORMS, WachtApi, WachtErrors } from '../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from './browser.js';
import { BrowserService } from './browser.service.js';
import { CurrentBrowser, InBrowser } from './in-browser.decorator.js';
import { presentSession } from './session.presenter.js';
import { SsoBeginService } from './sso-begin.service.js';
import { SsoReturnService } from './sso-return.service.js';
import { WachtSsoRequest, WachtSsoStartResponse } from './sso.dto.js';
import { leadOn } from './sso.presenter.js';

@Controller('auth')
@WachtApi()
@Limits(...wachtLimits)
export class SsoController {
  constructor(
    private readonly begins: SsoBeginService,
    private readonly returns: SsoReturnService,
    private readonly browsers: BrowserService,
  ) {}

  /**
   * Begin to sign in at a provider
   *
   * Answers the address that the browser has to go to. It comes back to `GET /auth/sso/callback`, and is led on to `redirect_uri`.
   */
  @Post('oauth2/init')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtSsoRequest })
  @ApiOkResponse({ type: WachtSsoStartResponse })
  @WachtErrors('invalid_parameters', 'attempt_not_found', 'provider_unavailable')
  async begin(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @WachtParameters() { provider, redirect_uri: redirectUri }: WachtSsoRequest,
  ): Promise<BrowserAnswer> {
    const oauth_url = await this.begins.begin(call, browser, { provider, redirectUri });
    const view = await this.browsers.view(call, browser.id);
    return { view, data: { oauth_url, session: presentSession(view, call.now) } };
  }

  /**
   * Come back from a provider
   *
   * Signs in the browser that asked, once, and leads it on to the `redirect_uri` of then: with `error` and `error_description` where it is
   * refused. The session's token is rotated.
   */
  @Get('sso/callback')
  @HttpCode(302)
  @InBrowser()
  @ApiQuery({ name: 'state', example: 'k1.pQ3sJ0p4xq7l1Yc2m8vB5w' })
  @ApiQuery({ name: 'code', required: false, example: 'SplxlOBeZQQYbYS6WxSbIA' })
  @ApiQuery({ name: 'error', required: false, example: 'access_denied' })
  @ApiFoundResponse({ description: 'To the `redirect_uri` that was asked for.' })
  @WachtErrors('attempt_not_found')
  async callback(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @Req() { originalUrl }: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<BrowserAnswer> {
    const { searchParams } = new URL(originalUrl, 'http://localhost');
    const { token, ...back } = await this.returns.finish(call, browser, searchParams);
    response.setHeader('Location', leadOn(back));
    return { token, view: token ? await this.browsers.view(call, browser.id) : browser.view };
  }
}
