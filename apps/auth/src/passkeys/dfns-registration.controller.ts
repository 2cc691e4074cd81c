import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { dfnsLimits } from '../limits/dfns.limits.js';
import { Caller } from '../protocols/caller.decorator.js';
import { BearerToken } from '../protocols/dfns/bearer-token.decorator.js';
import { DfnsApi, DfnsUnauthorized, NeedsDfnsToken } from '../protocols/dfns/dfns-api.decorator.js';
import { DfnsBody } from '../protocols/dfns/dfns-body.decorator.js';
import { DfnsNewCredentials } from '../recovery/dfns-credentials.dto.js';
import {
  DfnsCompletedResponse,
  DfnsRegistrationChallengeResponse,
  DfnsRegistrationInitRequest,
} from '../recovery/dfns-recovery.dto.js';
import { DfnsPresenter, offeredKeys } from '../recovery/dfns.presenter.js';
import { RegistrationService } from './registration.service.js';

@Controller('auth')
@DfnsApi()
@Limits(...dfnsLimits)
export class DfnsRegistrationController {
  constructor(
    private readonly registrations: RegistrationService,
    private readonly presenter: DfnsPresenter,
  ) {}

  /** Start a registration: spends the mailed code and answers what the first keys have to sign */
  @Post('registration/init')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: DfnsRegistrationInitRequest })
  @ApiOkResponse({ type: DfnsRegistrationChallengeResponse })
  @DfnsUnauthorized('The code is wrong, expired or spent, or the user is unknown or has keys.', 'code_wrong')
  async registrationInit(
    @Caller() call: RequestContext,
    @DfnsBody() request: DfnsRegistrationInitRequest,
  ): Promise<DfnsRegistrationChallengeResponse> {
    const { registrationCode, ...person } = request;
    return this.presenter.registration(await this.registrations.init(call, person, registrationCode));
  }

  /** Register the first keys of an account */
  @Post('registration')
  @Idempotent()
  @HttpCode(200)
  @NeedsDfnsToken()
  @ApiBody({ type: DfnsNewCredentials })
  @ApiOkResponse({ type: DfnsCompletedResponse })
  @DfnsUnauthorized('The token or one of the proofs is not good.', 'credentials_wrong')
  async register(
    @Caller() call: RequestContext,
    @BearerToken() token: string,
    @DfnsBody() offered: DfnsNewCredentials,
  ): Promise<DfnsCompletedResponse> {
    return this.presenter.completed(await this.registrations.complete(call, token, offeredKeys(offered)));
  }
}
