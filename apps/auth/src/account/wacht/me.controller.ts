import { Controller, Get, HttpCode, Post } from '@nestjs/common';
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
import {
  WachtProfileRequest,
  WachtRemovePasswordRequest,
  WachtUpdatePasswordRequest,
  WachtUserResponse,
} from './me.dto.js';
import { toChange } from './identifiers.js';
import { presentUser } from './me.presenter.js';
import { OwnAccountService } from './own-account.service.js';
import { OwnContactsService } from './own-contacts.service.js';

@Controller('me')
@WachtApi()
@Limits(...wachtLimits)
export class MeController {
  constructor(
    private readonly accounts: OwnAccountService,
    private readonly contacts: OwnContactsService,
    private readonly browsers: BrowserService,
  ) {}

  /** Whose the active sign-in is */
  @Get()
  @InBrowser()
  @ApiOkResponse({ type: WachtUserResponse })
  @WachtErrors('session_not_found')
  async me(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    return { view, data: presentUser(await this.contacts.list(call, signIn)) };
  }

  /**
   * Change the profile
   *
   * A user name needs a sign-in of the last 15 minutes, and an account with a second factor needs that in them for whatever it changes.
   */
  @Post()
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtProfileRequest })
  @ApiOkResponse({ type: WachtUserResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale', 'username_taken')
  async change(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @WachtParameters() request: WachtProfileRequest,
  ): Promise<BrowserAnswer> {
    await this.accounts.change(call, signIn, toChange(request));
    return { view, data: presentUser(await this.contacts.list(call, signIn)) };
  }

  /**
   * Change the password
   *
   * All other sign-ins of the account end, in all applications, and its owner is told. An account with a second factor needs that in the
   * last 15 minutes.
   */
  @Post('update-password')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtUpdatePasswordRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale', 'password_weak', 'login_locked')
  async updatePassword(
    @Caller() call: RequestContext,
    @CurrentBrowser() { id }: Browser,
    @ActiveSignIn() signIn: string,
    @WachtParameters() { current_password: current, new_password: password }: WachtUpdatePasswordRequest,
  ): Promise<BrowserAnswer> {
    await this.accounts.changePassword(call, signIn, { current, password });
    return { view: await this.browsers.view(call, id), data: { success: true } };
  }

  /**
   * Take the password away
   *
   * Only where the account is entered in another way. What a new password ends ends with it, and the owner is told.
   */
  @Post('remove-password')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtRemovePasswordRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale', 'not_permitted', 'login_locked')
  async removePassword(
    @Caller() call: RequestContext,
    @CurrentBrowser() { id }: Browser,
    @ActiveSignIn() signIn: string,
    @WachtParameters() { current_password }: WachtRemovePasswordRequest,
  ): Promise<BrowserAnswer> {
    await this.accounts.removePassword(call, signIn, current_password);
    return { view: await this.browsers.view(call, id), data: { success: true } };
  }
}
