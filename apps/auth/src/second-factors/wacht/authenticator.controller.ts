import { Controller, Delete, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiParam } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { wachtLimits } from '../../limits/wacht.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { PathId } from '../../protocols/path-id.decorator.js';
import { FORMS, WachtApi, WachtErrors } from '../../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from '../../session/browser.js';
import { BrowserService } from '../../session/browser.service.js';
import { ActiveSignIn, CurrentBrowser, InBrowser } from '../../session/in-browser.decorator.js';
import { WachtDoneResponse } from '../../session/session-answers.dto.js';
import { instant } from '../../session/session.presenter.js';
import { BackupRenewalService } from '../backup-renewal.service.js';
import {
  WachtBackupCodesResponse,
  WachtNewAuthenticatorResponse,
  WachtVerifyAuthenticatorRequest,
} from './authenticator.dto.js';
import { OwnAuthenticatorService } from './own-authenticator.service.js';

const ID = { name: 'id', example: '456789123' };

@Controller('me')
@WachtApi()
@Limits(...wachtLimits)
export class WachtAuthenticatorController {
  constructor(
    private readonly authenticators: OwnAuthenticatorService,
    private readonly backupCodes: BackupRenewalService,
    private readonly browsers: BrowserService,
  ) {}

  /**
   * Set up an authenticator
   *
   * Signing in asks for it once codes of it are confirmed. Needs a sign-in of the last 15 minutes, and where there is a second factor that in
   * them.
   */
  @Post('authenticator')
  @HttpCode(200)
  @InBrowser()
  @ApiOkResponse({ type: WachtNewAuthenticatorResponse })
  @WachtErrors('malformed_request', 'session_not_found', 'proof_stale', 'account_not_activated')
  async begin(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    const { accountId, secret, uri, backupCodes } = await this.authenticators.begin(call, signIn);
    const shown = { otp_url: uri, totp_secret: secret, backup_codes: backupCodes };
    return { view, data: { id: accountId, ...shown, created_at: instant(call.now) } };
  }

  /**
   * Confirm it
   *
   * Sign-ins of the account that were made without it end, in all applications, and the owner is told.
   */
  @Post('authenticator/attempt-verification')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtVerifyAuthenticatorRequest })
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'code_wrong')
  async confirm(
    @Caller() call: RequestContext,
    @CurrentBrowser() { id }: Browser,
    @ActiveSignIn() signIn: string,
    @WachtParameters() { authenticator_id, codes }: WachtVerifyAuthenticatorRequest,
  ): Promise<BrowserAnswer> {
    await this.authenticators.confirm(call, signIn, authenticator_id, codes);
    return { view: await this.browsers.view(call, id), data: { success: true } };
  }

  /**
   * Take it away
   *
   * Its backup codes go with it, and the owner is told.
   */
  @Post('authenticator/:id/delete')
  @HttpCode(200)
  @InBrowser()
  @ApiParam(ID)
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale')
  async remove(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
  ): Promise<BrowserAnswer> {
    await this.authenticators.remove(call, signIn, id);
    return { view: await this.browsers.view(call, browser.id), data: { success: true } };
  }

  /** The same, as the older description spells it */
  @Delete('authenticator/:id')
  @InBrowser()
  @ApiParam(ID)
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale')
  removeByDelete(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
  ): Promise<BrowserAnswer> {
    return this.remove(call, browser, signIn, id);
  }

  /**
   * New backup codes
   *
   * In the place of all that the account has. Needs a second factor, shown in the last 15 minutes; the owner is told.
   */
  @Post('backup-codes')
  @HttpCode(200)
  @InBrowser()
  @ApiOkResponse({ type: WachtBackupCodesResponse })
  @WachtErrors(
    'malformed_request',
    'session_not_found',
    'proof_stale',
    'factor_unavailable',
    'account_not_activated',
  )
  async renewCodes(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    return { view, data: await this.backupCodes.renew(call, signIn) };
  }

  /** The same, where there are some already */
  @Post('backup-codes/regenerate')
  @HttpCode(200)
  @InBrowser()
  @ApiOkResponse({ type: WachtBackupCodesResponse })
  @WachtErrors(
    'malformed_request',
    'session_not_found',
    'proof_stale',
    'factor_unavailable',
    'account_not_activated',
  )
  renewCodesAgain(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    return this.renewCodes(call, browser, signIn);
  }
}
