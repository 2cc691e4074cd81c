import { Controller, HttpCode, Post, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import { BearerToken } from '../protocols/dfns/bearer-token.decorator.js';
import { DfnsApi, DfnsUnauthorized, NeedsDfnsToken } from '../protocols/dfns/dfns-api.decorator.js';
import { DfnsBody } from '../protocols/dfns/dfns-body.decorator.js';
import {
  DfnsLoginChallengeResponse,
  DfnsLoginInitRequest,
  DfnsLoginRequest,
  DfnsTokenResponse,
} from './dfns-login.dto.js';
import { DfnsMessageResponse } from '../recovery/dfns-recipient.dto.js';
import { dfnsLimits } from '../limits/dfns.limits.js';
import { DfnsPresenter } from '../recovery/dfns.presenter.js';
import { presentLogin } from './login.presenter.js';
import { LoginInitService } from './login-init.service.js';
import { LoginService } from './login.service.js';

@Controller('auth')
@DfnsApi()
@Limits(...dfnsLimits)
export class DfnsLoginController {
  constructor(
    private readonly inits: LoginInitService,
    private readonly logins: LoginService,
    private readonly presenter: DfnsPresenter,
  ) {}

  /**
   * Start a login
   *
   * Answers a challenge for anybody. `loginCode` proves the second factor of an account that has its mailbox for it.
   */
  @Post('login/init')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: DfnsLoginInitRequest })
  @ApiOkResponse({ type: DfnsLoginChallengeResponse })
  @DfnsUnauthorized('The code is wrong, expired or spent, or there is no such user.', 'code_wrong')
  async init(
    @Caller() call: RequestContext,
    @DfnsBody() { loginCode, ...person }: DfnsLoginInitRequest,
  ): Promise<DfnsLoginChallengeResponse> {
    return presentLogin(await this.inits.init(call, person, loginCode), this.presenter.rp);
  }

  /** Log in: a key has signed the challenge */
  @Post('login')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: DfnsLoginRequest })
  @ApiOkResponse({ type: DfnsTokenResponse })
  @DfnsUnauthorized('The challenge, the signature or the second factor is not good.', 'credentials_wrong')
  async login(
    @Caller() call: RequestContext,
    @DfnsBody() request: DfnsLoginRequest,
  ): Promise<DfnsTokenResponse> {
    const { challengeIdentifier: token, firstFactor, secondFactor } = request;
    const assertion = { kind: firstFactor.kind, ...firstFactor.credentialAssertion };
    return { token: await this.logins.login(call, { token, assertion, otpCode: secondFactor?.otpCode }) };
  }

  /** Log out: the session of the token ends */
  @Put('logout')
  @HttpCode(200)
  @NeedsDfnsToken()
  @ApiOkResponse({ type: DfnsMessageResponse })
  @DfnsUnauthorized('The token is not good, or its session has ended.', 'session_not_found')
  async logout(@Caller() call: RequestContext, @BearerToken() token: string): Promise<DfnsMessageResponse> {
    await this.logins.logout(call, token);
    return { message: 'success' };
  }
}
