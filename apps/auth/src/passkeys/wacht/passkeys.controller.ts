import { Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse, ApiParam } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { wachtLimits } from '../../limits/wacht.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { PathId } from '../../protocols/path-id.decorator.js';
import { PublicKeyCredential } from '../../protocols/wacht/public-key-credential.js';
import { FORMS, WachtApi, WachtErrors } from '../../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../../protocols/wacht/wacht-parameters.js';
import type { Browser, BrowserAnswer } from '../../session/browser.js';
import { ActiveSignIn, CurrentBrowser, InBrowser } from '../../session/in-browser.decorator.js';
import { WachtDoneResponse } from '../../session/session-answers.dto.js';
import { OwnPasskeysService } from './own-passkeys.service.js';
import {
  WachtPasskeyRegistrationResponse,
  WachtPasskeyRequest,
  WachtPasskeyResponse,
  WachtPasskeysResponse,
  WachtRenamePasskeyRequest,
} from './passkeys.dto.js';
import { PasskeysPresenter, presentPasskey } from './passkeys.presenter.js';

const ID = { name: 'id', example: '987654321' };

@Controller('me/passkeys')
@WachtApi()
@Limits(...wachtLimits)
export class WachtPasskeysController {
  constructor(
    private readonly passkeys: OwnPasskeysService,
    private readonly presenter: PasskeysPresenter,
  ) {}

  /** The passkeys of the account */
  @Get()
  @InBrowser()
  @ApiOkResponse({ type: WachtPasskeysResponse })
  @WachtErrors('session_not_found')
  async list(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    return { view, data: (await this.passkeys.list(call, signIn)).map(presentPasskey) };
  }

  /**
   * Begin to add a passkey
   *
   * Needs a sign-in of the last 15 minutes, and where there is a second factor that in them.
   */
  @Post('register/begin')
  @HttpCode(200)
  @InBrowser()
  @ApiOkResponse({ type: WachtPasskeyRegistrationResponse })
  @WachtErrors('malformed_request', 'session_not_found', 'proof_stale')
  async begin(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
  ): Promise<BrowserAnswer> {
    return { view, data: this.presenter.registration(await this.passkeys.begin(call, signIn)) };
  }

  /**
   * Add the passkey
   *
   * It has signed the challenge. The owner is told.
   */
  @Post('register/finish')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtPasskeyRequest })
  @ApiOkResponse({ type: WachtPasskeyResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'credentials_wrong')
  async finish(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @PublicKeyCredential() { id: credId, clientDataJSON, attestationObject, name }: WachtPasskeyRequest,
  ): Promise<BrowserAnswer> {
    const offer = {
      kind: 'Fido2',
      credId,
      clientData: clientDataJSON,
      attestationData: attestationObject,
      name: name ?? 'Passkey',
    } as const;
    return { view, data: presentPasskey(await this.passkeys.finish(call, signIn, offer)) };
  }

  /** Rename a passkey */
  @Patch(':id')
  @InBrowser()
  @ApiParam(ID)
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtRenamePasskeyRequest })
  @ApiOkResponse({ type: WachtPasskeyResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale')
  async rename(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
    @WachtParameters() { name }: WachtRenamePasskeyRequest,
  ): Promise<BrowserAnswer> {
    return { view, data: presentPasskey(await this.passkeys.rename(call, signIn, id, name)) };
  }

  /**
   * Take a passkey away
   *
   * Needs a fresh proof as adding one does, and something else that opens the account. The owner is told.
   */
  @Post(':id/delete')
  @HttpCode(200)
  @InBrowser()
  @ApiParam(ID)
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale', 'not_permitted')
  async remove(
    @Caller() call: RequestContext,
    @CurrentBrowser() { view }: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
  ): Promise<BrowserAnswer> {
    await this.passkeys.remove(call, signIn, id);
    return { view, data: { success: true } };
  }

  /** The same, as some clients spell it */
  @Delete(':id')
  @InBrowser()
  @ApiParam(ID)
  @ApiOkResponse({ type: WachtDoneResponse })
  @WachtErrors('invalid_parameters', 'session_not_found', 'proof_stale', 'not_permitted')
  removeByDelete(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @ActiveSignIn() signIn: string,
    @PathId() id: string,
  ): Promise<BrowserAnswer> {
    return this.remove(call, browser, signIn, id);
  }
}
