import { Controller, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiOkResponse, ApiParam } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { wachtLimits } from '../../limits/wacht.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { PathId } from '../../protocols/path-id.decorator.js';
import { WachtApi, WachtErrors } from '../../protocols/wacht/wacht-api.decorator.js';
import type { Browser, BrowserAnswer } from '../../session/browser.js';
import { BrowserService } from '../../session/browser.service.js';
import { ActiveSignIn, CurrentBrowser, InBrowser } from '../../session/in-browser.decorator.js';
import { WachtDoneResponse } from '../../session/session-answers.dto.js';
import { WachtOwnSignInsResponse } from './me.dto.js';
import { presentOwnSignIn } from './me.presenter.js';
import { OwnSessionsService } from '../own-sessions.service.js';

@Controller('me/signins')
@WachtApi()
@Limits(...wachtLimits)
export class OwnSignInsController {
  constructor(
    private readonly sessions: OwnSessionsService,
    private readonly browsers: BrowserService,
  ) {}

  /**
   * Where the account is signed in
   *
   * In this browser and elsewhere, in all kinds of applications; newest last.
   */
  @Get()
  @InBrowser()
  @ApiOkResponse({ type: WachtOwnSignInsResponse })
  @WachtErrors('session_not_found')
  async list(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    const sessions = await this.sessions.list(call, signIn);
    return { view, data: sessions.map((session) => presentOwnSignIn(session, signIn)) };
  }

  /** End all other sign-ins of the account */
  @Post('signout-others')
  @HttpCode(200)
  @InBrowser()
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('malformed_request', 'session_not_found')
  async endOthers(
    @Caller() call: RequestContext,
    @CurrentBrowser() { id }: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    await this.sessions.endOthers(call, signIn);
    return { view: await this.browsers.view(call, id), data: { success: true } };
  }

  /** End one sign-in of the account */
  @Post(':id/signout')
  @HttpCode(200)
  @InBrowser()
  @ApiParam({ name: 'id', example: '987654321' })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found')
  async end(
    @Caller() call: RequestContext,
    @CurrentBrowser() { id }: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() which: string,
  ): Promise<BrowserAnswer> {
    await this.sessions.end(call, signIn, which);
    return { view: await this.browsers.view(call, id), data: { success: true } };
  }

  /** The same, as the React client spells it */
  @Patch(':id/signout')
  @InBrowser()
  @ApiParam({ name: 'id', example: '987654321' })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found')
  endByPatch(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() which: string,
  ): Promise<BrowserAnswer> {
    return this.end(call, browser, signIn, which);
  }
}
