import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOkResponse } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { wachtLimits } from '../limits/wacht.limits.js';
import { Caller } from '../protocols/caller.decorator.js';
import { PublicKeyCredential } from '../protocols/wacht/public-key-credential.js';
import { FORMS, WachtApi, WachtErrors } from '../protocols/wacht/wacht-api.decorator.js';
import { WachtParameters } from '../protocols/wacht/wacht-parameters.js';
import { WachtSessionResponse } from '../protocols/wacht/wacht-session.dto.js';
import type { Browser, BrowserAnswer } from './browser.js';
import { BrowserService } from './browser.service.js';
import { CurrentBrowser, InBrowser } from './in-browser.decorator.js';
import {
  WachtPasskeyAssertionRequest,
  WachtPasskeyLoginBeginRequest,
  WachtPasskeyLoginBeginResponse,
} from './passkey.dto.js';
import { namedIn, presentPasskeyLogin } from './passkey.presenter.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';

@Controller('auth/passkey/login')
@WachtApi()
@Limits(...wachtLimits)
export class PasskeySignInController {
  constructor(
    private readonly passkeys: PasskeySignInService,
    private readonly browsers: BrowserService,
  ) {}

  /**
   * Begin to sign in with a passkey
   *
   * Answers a challenge for anybody, good in this browser. An unknown address is answered like a known one.
   */
  @Post('begin')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtPasskeyLoginBeginRequest, required: false })
  @ApiOkResponse({ type: WachtPasskeyLoginBeginResponse })
  @WachtErrors('invalid_parameters')
  async begin(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @WachtParameters() request: WachtPasskeyLoginBeginRequest,
  ): Promise<BrowserAnswer> {
    const challenge = await this.passkeys.begin(call, browser, namedIn(request));
    return { view: browser.view, data: presentPasskeyLogin(challenge) };
  }

  /**
   * Sign in with a passkey
   *
   * It has signed the challenge. The sign-in is complete, or waits for the account's second factor. The session's token is rotated.
   */
  @Post('finish')
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtPasskeyAssertionRequest })
  @ApiOkResponse({ type: WachtSessionResponse })
  @WachtErrors('invalid_parameters', 'credentials_wrong')
  async finish(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @PublicKeyCredential() { id, clientDataJSON, ...rest }: WachtPasskeyAssertionRequest,
  ): Promise<BrowserAnswer> {
    const assertion = { kind: 'Fido2', credId: id, clientData: clientDataJSON, ...rest } as const;
    const token = await this.passkeys.finish(call, browser, assertion);
    return { token, view: await this.browsers.view(call, browser.id) };
  }
}
