import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Config } from '@app/config';
import { Idempotent } from '@app/idempotency';
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
import { NeedsUserAction, SignedAction, type SignedCall } from '../protocols/dfns/signed-call.decorator.js';
import { DfnsPresenter, offer } from '../recovery/dfns.presenter.js';
import {
  DfnsCredentialChallengeResponse,
  DfnsCredentialInitRequest,
  DfnsCredentialRequest,
} from './dfns-new-credential.dto.js';
import { DfnsOwnCredential } from './dfns-own-credentials.dto.js';
import { presentCredentialChallenge } from './new-credential.presenter.js';
import { NewCredentialsService } from './new-credentials.service.js';
import { presentNewKey } from './own-keys.presenter.js';

@Controller('auth/credentials')
@DfnsApi()
@Limits(...dfnsLimits)
@NeedsDfnsToken()
export class DfnsNewCredentialController {
  constructor(
    private readonly credentials: NewCredentialsService,
    private readonly presenter: DfnsPresenter,
    private readonly config: Config,
  ) {}

  /** Begin to add a key */
  @Post('init')
  @HttpCode(200)
  @ApiBody({ type: DfnsCredentialInitRequest })
  @ApiOkResponse({ type: DfnsCredentialChallengeResponse })
  @DfnsUnauthorized('The token is not good, or its session has ended.', 'session_not_found')
  @DfnsForbidden('The login is too old.', 'proof_stale')
  async init(
    @Caller() call: RequestContext,
    @BearerToken() token: string,
    @DfnsBody() { kind }: DfnsCredentialInitRequest,
  ): Promise<DfnsCredentialChallengeResponse> {
    return presentCredentialChallenge(await this.credentials.init(call, token), kind, this.presenter);
  }

  /**
   * Add the key
   *
   * It has answered the challenge. The owner is told.
   */
  @Post()
  @Idempotent()
  @HttpCode(200)
  @NeedsUserAction()
  @ApiBody({ type: DfnsCredentialRequest })
  @ApiOkResponse({ type: DfnsOwnCredential })
  @DfnsUnauthorized('The token or one of the proofs is not good.', 'credentials_wrong')
  async create(
    @Caller() call: RequestContext,
    @BearerToken() token: string,
    @SignedAction() signed: SignedCall,
    @DfnsBody() { challengeIdentifier, ...credential }: DfnsCredentialRequest,
  ): Promise<DfnsOwnCredential> {
    const offered = { token: challengeIdentifier, offer: offer(credential) };
    return presentNewKey(call, await this.credentials.create(call, token, signed, offered), this.config);
  }
}
