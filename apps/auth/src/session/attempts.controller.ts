import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { BrowserLanguage } from '@app/pages';
import { Caller } from '../protocols/caller.decorator.js';
import { FORMS, WachtApi, WachtErrors } from '../protocols/wacht/wacht-api.decorator.js';
import { SpelledInQuery, WachtParameters } from '../protocols/wacht/wacht-parameters.js';
import { WachtSessionResponse } from '../protocols/wacht/wacht-session.dto.js';
import type { Browser, BrowserAnswer } from './browser.js';
import { BrowserService } from './browser.service.js';
import { toAttempt, toSignIn, toSignUp } from './identifiers.js';
import { CurrentBrowser, InBrowser } from './in-browser.decorator.js';
import { WachtPasskeySessionResponse } from './passkey.dto.js';
import { namedIn, presentPasskeyLogin } from './passkey.presenter.js';
import { PasskeySignInService } from './passkey-sign-in.service.js';
import { PrepareService } from './prepare.service.js';
import {
  WachtPrepareRequest,
  WachtSignInRequest,
  WachtSignUpRequest,
  WachtVerifyRequest,
} from './session.dto.js';
import { WachtSentResponse } from './session-answers.dto.js';
import { presentSession } from './session.presenter.js';
import { BrowserSignInService } from './sign-in.service.js';
import { WachtSsoSessionResponse } from './sso.dto.js';
import { SsoBeginService } from './sso-begin.service.js';
import { SignUpService } from './sign-up.service.js';
import { VerifyService } from './verify.service.js';
import { wachtLimits } from '../limits/wacht.limits.js';
import { presentedToken } from '../protocols/wacht/browser-token.js';

@Controller('auth')
@WachtApi()
@Limits(...wachtLimits)
export class AttemptsController {
  constructor(
    private readonly signIns: BrowserSignInService,
    private readonly signUps: SignUpService,
    private readonly prepares: PrepareService,
    private readonly verifications: VerifyService,
    private readonly browsers: BrowserService,
    private readonly passkeys: PasskeySignInService,
    private readonly ssos: SsoBeginService,
  ) {}

  /**
   * Begin to sign in
   *
   * With a password the sign-in is complete, or waits for the account's second factor. With the other strategies it waits for
   * what `prepare-verification` sends, and `passkey` answers the options for the browser beside the session. An unknown address is answered like a known one.
   */
  @Post('signin')
  @Idempotent(presentedToken)
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtSignInRequest })
  @ApiExtraModels(WachtSessionResponse, WachtPasskeySessionResponse, WachtSsoSessionResponse)
  @ApiOkResponse({
    schema: {
      oneOf: [WachtSessionResponse, WachtPasskeySessionResponse, WachtSsoSessionResponse].map((answer) => ({
        $ref: getSchemaPath(answer),
      })),
    },
  })
  @WachtErrors(
    'invalid_parameters',
    'credentials_wrong',
    'account_disabled',
    'login_locked',
    'attempt_not_found',
    'provider_unavailable',
  )
  async signIn(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @WachtParameters() request: WachtSignInRequest,
  ): Promise<BrowserAnswer> {
    if (request.strategy === 'passkey') return this.passkey(call, browser, request);
    if (request.strategy === 'sso') return this.sso(call, browser, request);
    const token = await this.signIns.signIn(call, browser, toSignIn(request));
    return { token, view: await this.browsers.view(call, browser.id) };
  }

  private async passkey(
    call: RequestContext,
    browser: Browser,
    request: WachtSignInRequest,
  ): Promise<BrowserAnswer> {
    const challenge = await this.passkeys.begin(call, browser, namedIn(request));
    const session = presentSession(browser.view, call.now);
    return { view: browser.view, data: { ...session, ...presentPasskeyLogin(challenge) } };
  }

  private async sso(
    call: RequestContext,
    browser: Browser,
    { provider = '', redirect_uri: redirectUri }: WachtSignInRequest,
  ): Promise<BrowserAnswer> {
    const oauth_url = await this.ssos.begin(call, browser, { provider, redirectUri });
    const view = await this.browsers.view(call, browser.id);
    return { view, data: { ...presentSession(view, call.now), oauth_url } };
  }

  /**
   * Begin to sign up
   *
   * There is no account before the e-mail address and the phone number that were given are proven. It is written to in the
   * browser's language.
   */
  @Post('signup')
  @Idempotent(presentedToken)
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtSignUpRequest })
  @ApiOkResponse({ type: WachtSessionResponse })
  @WachtErrors('invalid_parameters', 'password_weak', 'email_taken', 'username_taken', 'phone_taken')
  async signUp(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @WachtParameters() request: WachtSignUpRequest,
    @BrowserLanguage() language: string,
  ): Promise<BrowserAnswer> {
    await this.signUps.signUp(call, browser, toSignUp(request, language));
    return { view: await this.browsers.view(call, browser.id) };
  }

  /**
   * Send the code or the link
   *
   * For the first time, and again once in a minute. A new code takes the place of the old one.
   */
  @Post('prepare-verification')
  @Idempotent(presentedToken)
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtPrepareRequest })
  @ApiExtraModels(WachtSessionResponse, WachtSentResponse)
  @ApiOkResponse({
    schema: {
      oneOf: [WachtSessionResponse, WachtSentResponse].map((answer) => ({ $ref: getSchemaPath(answer) })),
    },
  })
  @WachtErrors('invalid_parameters', 'attempt_not_found', 'address_missing', 'resend_too_soon')
  async prepare(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @WachtParameters() request: WachtPrepareRequest,
    @SpelledInQuery() inQuery: boolean,
  ): Promise<BrowserAnswer> {
    await this.prepares.prepare(call, browser, toAttempt(request), request.method);
    return { view: browser.view, data: inQuery ? { otp_sent: true } : undefined };
  }

  /**
   * Verify the code
   *
   * Completes the attempt, or leads on to the second factor. The session's token is rotated.
   */
  @Post('attempt-verification')
  @Idempotent(presentedToken)
  @HttpCode(200)
  @InBrowser()
  @ApiConsumes(...FORMS)
  @ApiBody({ type: WachtVerifyRequest })
  @ApiOkResponse({ type: WachtSessionResponse })
  @WachtErrors(
    'invalid_parameters',
    'code_wrong',
    'code_expired',
    'attempt_not_found',
    'guesses_spent',
    'email_taken',
    'username_taken',
  )
  async verify(
    @Caller() call: RequestContext,
    @CurrentBrowser() browser: Browser,
    @WachtParameters() request: WachtVerifyRequest,
  ): Promise<BrowserAnswer> {
    const token = await this.verifications.verify(call, browser, toAttempt(request), request.code);
    return { token, view: await this.browsers.view(call, browser.id) };
  }
}
