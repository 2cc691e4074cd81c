import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { basePathOf, Config } from '@app/config';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { dfnsLimits } from '../limits/dfns.limits.js';
import { Caller } from '../protocols/caller.decorator.js';
import { BearerToken } from '../protocols/dfns/bearer-token.decorator.js';
import {
  DfnsApi,
  DfnsForbidden,
  DfnsUnauthorized,
  NeedsDfnsToken,
} from '../protocols/dfns/dfns-api.decorator.js';
import { DfnsBody } from '../protocols/dfns/dfns-body.decorator.js';
import { DfnsPresenter } from '../recovery/dfns.presenter.js';
import { DfnsActionInitRequest, DfnsActionRequest, DfnsActionResponse } from './dfns-action.dto.js';
import { DfnsLoginChallengeResponse } from './dfns-login.dto.js';
import { presentAction } from './login.presenter.js';
import { UserActionsService } from './user-actions.service.js';

@Controller('auth/action')
@DfnsApi()
@Limits(...dfnsLimits)
@NeedsDfnsToken()
export class DfnsActionsController {
  constructor(
    private readonly actions: UserActionsService,
    private readonly presenter: DfnsPresenter,
    private readonly config: Config,
  ) {}

  /**
   * Begin to sign a call
   *
   * Answers a challenge for this call alone, made with this token alone.
   */
  @Post('init')
  @HttpCode(200)
  @ApiBody({ type: DfnsActionInitRequest })
  @ApiOkResponse({ type: DfnsLoginChallengeResponse })
  @DfnsUnauthorized('The token is not good, or its session has ended.', 'session_not_found')
  @DfnsForbidden('The login is too old.', 'proof_stale')
  async init(
    @Caller() call: RequestContext,
    @BearerToken() token: string,
    @DfnsBody() request: DfnsActionInitRequest,
  ): Promise<DfnsLoginChallengeResponse> {
    const { userActionPayload: payload, userActionHttpMethod: method, userActionHttpPath } = request;
    // Clients know the path that PUBLIC_URL has; the calls arrive here without it.
    const base = basePathOf(this.config);
    const isBelow = base !== '' && userActionHttpPath.startsWith(`${base}/`);
    const path = isBelow ? userActionHttpPath.slice(base.length) : userActionHttpPath;
    return presentAction(await this.actions.init(call, token, { method, path, payload }), this.presenter.rp);
  }

  /** Sign the call: a key has answered the challenge */
  @Post()
  @HttpCode(200)
  @ApiBody({ type: DfnsActionRequest })
  @ApiOkResponse({ type: DfnsActionResponse })
  @DfnsUnauthorized('The token or one of the proofs is not good.', 'credentials_wrong')
  async sign(
    @Caller() call: RequestContext,
    @BearerToken() bearer: string,
    @DfnsBody() { challengeIdentifier: token, firstFactor }: DfnsActionRequest,
  ): Promise<DfnsActionResponse> {
    const assertion = { kind: firstFactor.kind, ...firstFactor.credentialAssertion };
    return { userAction: await this.actions.sign(call, bearer, { token, assertion }) };
  }
}
