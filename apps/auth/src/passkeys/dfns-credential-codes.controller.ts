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
import { CredentialCodes } from './credential-codes.service.js';
import {
  DfnsCodeInitRequest,
  DfnsCredentialChallengeResponse,
  DfnsCredentialCodeRequest,
  DfnsCredentialCodeResponse,
  DfnsCredentialRequest,
  instantOf,
} from './dfns-new-credential.dto.js';
import { DfnsOwnCredential } from './dfns-own-credentials.dto.js';
import { presentCredentialChallenge } from './new-credential.presenter.js';
import { NewCredentialsService } from './new-credentials.service.js';
import { presentNewKey } from './own-keys.presenter.js';

@Controller('auth/credentials/code')
@DfnsApi()
@Limits(...dfnsLimits)
export class DfnsCredentialCodesController {
  constructor(
    private readonly credentials: NewCredentialsService,
    private readonly codes: CredentialCodes,
    private readonly presenter: DfnsPresenter,
    private readonly config: Config,
  ) {}

  /** Make a code by which a device without a key gets one */
  @Post()
  @HttpCode(200)
  @NeedsDfnsToken()
  @NeedsUserAction()
  @ApiBody({ type: DfnsCredentialCodeRequest })
  @ApiOkResponse({ type: DfnsCredentialCodeResponse })
  @DfnsUnauthorized('The token or one of the proofs is not good.', 'credentials_wrong')
  @DfnsForbidden('The login is too old.', 'proof_stale')
  async make(
    @Caller() call: RequestContext,
    @BearerToken() token: string,
    @SignedAction() signed: SignedCall,
    @DfnsBody() { expiration }: DfnsCredentialCodeRequest,
  ): Promise<DfnsCredentialCodeResponse> {
    const until = instantOf(expiration) ?? call.now;
    const { code, expiresAt } = await this.credentials.makeCode(call, token, signed, until);
    return { code, expiration: expiresAt.toISOString() };
  }

  /** Begin to add a key with a code */
  @Post('init')
  @HttpCode(200)
  @ApiBody({ type: DfnsCodeInitRequest })
  @ApiOkResponse({ type: DfnsCredentialChallengeResponse })
  @DfnsUnauthorized('The code is wrong, expired or spent, or there is no such user.', 'code_wrong')
  async init(
    @Caller() call: RequestContext,
    @DfnsBody() { code, credentialKind }: DfnsCodeInitRequest,
  ): Promise<DfnsCredentialChallengeResponse> {
    return presentCredentialChallenge(await this.codes.init(call, code), credentialKind, this.presenter);
  }

  /** Add the key: it has answered the challenge, and the owner is told */
  @Post('verify')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: DfnsCredentialRequest })
  @ApiOkResponse({ type: DfnsOwnCredential })
  @DfnsUnauthorized('The token or one of the proofs is not good.', 'credentials_wrong')
  async verify(
    @Caller() call: RequestContext,
    @DfnsBody() { challengeIdentifier, ...credential }: DfnsCredentialRequest,
  ): Promise<DfnsOwnCredential> {
    const made = await this.codes.complete(call, challengeIdentifier, offer(credential));
    return presentNewKey(call, made, this.config);
  }
}
