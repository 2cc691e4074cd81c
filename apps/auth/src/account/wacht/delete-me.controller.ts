import { Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { wachtLimits } from '../../limits/wacht.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { FORMS, WachtApi, WachtErrors } from '../../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from '../../session/browser.js';
import { BrowserService } from '../../session/browser.service.js';
import { ActiveSignIn, CurrentBrowser, InBrowser } from '../../session/in-browser.decorator.js';
import { WachtDoneResponse } from '../../session/session-answers.dto.js';
import { WachtDeleteRequest } from './me.dto.js';
import { OwnAccountService } from './own-account.service.js';

@Controller('me')
@WachtApi()
@Limits(...wachtLimits)
export class DeleteMeController {
  constructor(
    private readonly accounts: OwnAccountService,
    private readonly browsers: BrowserService,
  ) {}

  /**
   * Delete the account
   *
   * Needs its password, where it has one, and else a sign-in of the last 15 minutes; an account with a second factor needs that in them as
   * well. All its sign-ins end, in all applications, and its owner is told until when whoever runs the site can restore it.
   */
  @Post('delete')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtDeleteRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale', 'login_locked')
  async delete(
    @Caller() call: RequestContext,
    @CurrentBrowser() { id }: Browser,
    @ActiveSignIn() signIn: string,
    @WachtParameters() { current_password: password }: WachtDeleteRequest,
  ): Promise<BrowserAnswer> {
    await this.accounts.delete(call, signIn, password);
    return { view: await this.browsers.view(call, id), data: { success: true } };
  }

  /** The same by its verb */
  @Delete()
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtDeleteRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale', 'login_locked')
  deleteByVerb(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @ActiveSignIn() signIn: string,
    @WachtParameters() request: WachtDeleteRequest,
  ): Promise<BrowserAnswer> {
    return this.delete(call, browser, signIn, request);
  }
}
