import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../../protocols/caller.decorator.js';
import { YatApi, YatErrors } from '../../protocols/yat/yat-api.decorator.js';
import { YatBody } from '../../protocols/yat/yat-body.decorator.js';
import { RegistrationService } from './registration.service.js';
import { YatRegisterRequest, YatRegisterResponse } from './yat-account.dto.js';
import { presentRegistered } from './yat-account.presenter.js';
import { changeOf, loginOf } from '../../protocols/yat/yat-login.js';
import { yatLimits } from '../../limits/yat.limits.js';

@Controller('users')
@YatApi()
@Limits(...yatLimits)
export class YatUsersController {
  constructor(private readonly registrations: RegistrationService) {}

  /**
   * Register
   *
   * An account with an e-mail address is inactive until its owner opens a magic link, which takes away a password that
   * was given before. Where sign-ups disclose no accounts, an address brings no tokens, and a taken one is answered like a free one.
   */
  @Post()
  @HttpCode(200)
  @ApiBody({ type: YatRegisterRequest })
  @ApiOkResponse({ type: YatRegisterResponse })
  @YatErrors('invalid_parameters', 'identifier_missing', 'password_weak', 'email_taken', 'username_taken')
  async register(
    @Caller() call: RequestContext,
    @YatBody() request: YatRegisterRequest,
  ): Promise<YatRegisterResponse> {
    loginOf(request);
    return presentRegistered(await this.registrations.register(call, changeOf(request)));
  }
}
