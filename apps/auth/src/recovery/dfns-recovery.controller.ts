import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { ServiceKey, ServiceName } from '@app/service-keys';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import { BearerToken } from '../protocols/dfns/bearer-token.decorator.js';
import {
  DfnsApi,
  DfnsForbidden,
  DfnsUnauthorized,
  NeedsDfnsToken,
} from '../protocols/dfns/dfns-api.decorator.js';
import { DfnsBody } from '../protocols/dfns/dfns-body.decorator.js';
import {
  DfnsCompletedResponse,
  DfnsDelegatedRecoveryRequest,
  DfnsRecoverRequest,
  DfnsRecoveryChallengeResponse,
  DfnsRecoveryInitRequest,
} from './dfns-recovery.dto.js';
import { NeedsServiceKey } from '../protocols/service/service-api.decorator.js';
import { dfnsLimits } from '../limits/dfns.limits.js';
import { DfnsPresenter, offeredKeys } from './dfns.presenter.js';
import { RecoveryInitService } from './recovery-init.service.js';
import { RecoveryService } from './recovery.service.js';
import { SignedTexts } from './signed-texts.decorator.js';

@Controller('auth')
@DfnsApi()
@Limits(...dfnsLimits)
export class DfnsRecoveryController {
  constructor(
    private readonly recoveryInits: RecoveryInitService,
    private readonly recoveries: RecoveryService,
    private readonly presenter: DfnsPresenter,
  ) {}

  /** Start a recovery: spends the mailed code and answers what the new keys have to sign */
  @Post('recover/user/init')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: DfnsRecoveryInitRequest })
  @ApiOkResponse({ type: DfnsRecoveryChallengeResponse })
  @DfnsUnauthorized('The code is wrong, expired or spent, or there is no such user.', 'code_wrong')
  async init(
    @Caller() call: RequestContext,
    @DfnsBody() request: DfnsRecoveryInitRequest,
  ): Promise<DfnsRecoveryChallengeResponse> {
    const { verificationCode, credentialId, ...person } = request;
    return this.presenter.recovery(
      await this.recoveryInits.init(call, person, verificationCode),
      credentialId,
    );
  }

  /**
   * Start a recovery for somebody, in the place of the mailed code
   *
   * For a service that answers for the person, which holds a key with the scope `recover`. Otherwise as `init`.
   */
  @Post('recover/user/delegated')
  @HttpCode(200)
  @ServiceKey('recover')
  @NeedsServiceKey()
  @ApiBody({ type: DfnsDelegatedRecoveryRequest })
  @ApiOkResponse({ type: DfnsRecoveryChallengeResponse })
  @DfnsUnauthorized('The key is not good, or there is no such user.', 'credentials_wrong')
  @DfnsForbidden('The key is good for something else.', 'not_permitted')
  async delegated(
    @Caller() call: RequestContext,
    @DfnsBody() { credentialId, ...person }: DfnsDelegatedRecoveryRequest,
    @ServiceName() service: string,
  ): Promise<DfnsRecoveryChallengeResponse> {
    return this.presenter.recovery(await this.recoveryInits.vouched(call, person, service), credentialId);
  }

  /**
   * Recover the account
   *
   * The recovery key signs the new keys, which replace all keys of the account. Its sessions end; its second factor
   * stays. Where the service lets a recovery wait, `credential.activeFrom` says until when.
   */
  @Post('recover/user')
  @Idempotent()
  @HttpCode(200)
  @NeedsDfnsToken()
  @ApiBody({ type: DfnsRecoverRequest })
  @ApiOkResponse({ type: DfnsCompletedResponse })
  @DfnsUnauthorized('The token or one of the proofs is not good.', 'credentials_wrong')
  async recover(
    @Caller() call: RequestContext,
    @BearerToken() token: string,
    @DfnsBody() { recovery, newCredentials }: DfnsRecoverRequest,
    @SignedTexts() signedTexts: string[],
  ): Promise<DfnsCompletedResponse> {
    const proof = { assertion: recovery.credentialAssertion, signedTexts };
    return this.presenter.completed(
      await this.recoveries.complete(call, token, proof, offeredKeys(newCredentials)),
    );
  }
}
