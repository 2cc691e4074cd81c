import { Controller, Get, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Config } from '@app/config';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { dfnsLimits } from '../limits/dfns.limits.js';
import { Caller } from '../protocols/caller.decorator.js';
import { BearerToken } from '../protocols/dfns/bearer-token.decorator.js';
import { DfnsApi, DfnsUnauthorized, NeedsDfnsToken } from '../protocols/dfns/dfns-api.decorator.js';
import { DfnsBody } from '../protocols/dfns/dfns-body.decorator.js';
import { DfnsMessageResponse } from '../recovery/dfns-recipient.dto.js';
import { DfnsCredentialUuidRequest, DfnsCredentialsResponse } from './dfns-own-credentials.dto.js';
import { presentKey } from './own-keys.presenter.js';
import { OwnKeysService } from './own-keys.service.js';

const OVER = 'The token is not good, or its session has ended.';

@Controller('auth/credentials')
@DfnsApi()
@Limits(...dfnsLimits)
@NeedsDfnsToken()
export class DfnsCredentialsController {
  constructor(
    private readonly keys: OwnKeysService,
    private readonly config: Config,
  ) {}

  /** The keys of the account, newest last */
  @Get()
  @ApiOkResponse({ type: DfnsCredentialsResponse })
  @DfnsUnauthorized(OVER, 'session_not_found')
  async list(@Caller() call: RequestContext, @BearerToken() token: string): Promise<DfnsCredentialsResponse> {
    const keys = await this.keys.list(call, token);
    return { items: keys.map((key) => presentKey(key, this.config)) };
  }

  /** Take a key back that was deactivated */
  @Put('activate')
  @ApiBody({ type: DfnsCredentialUuidRequest })
  @ApiOkResponse({ type: DfnsMessageResponse })
  @DfnsUnauthorized(OVER, 'session_not_found')
  async activate(
    @Caller() call: RequestContext,
    @BearerToken() token: string,
    @DfnsBody() { credentialUuid }: DfnsCredentialUuidRequest,
  ): Promise<DfnsMessageResponse> {
    await this.keys.switch(call, token, credentialUuid, true);
    return { message: 'success' };
  }

  /**
   * Put a key out of use
   *
   * Until it is activated again. The last one that signs in stays. The owner is told.
   */
  @Put('deactivate')
  @ApiBody({ type: DfnsCredentialUuidRequest })
  @ApiOkResponse({ type: DfnsMessageResponse })
  @DfnsUnauthorized(OVER, 'session_not_found')
  async deactivate(
    @Caller() call: RequestContext,
    @BearerToken() token: string,
    @DfnsBody() { credentialUuid }: DfnsCredentialUuidRequest,
  ): Promise<DfnsMessageResponse> {
    await this.keys.switch(call, token, credentialUuid, false);
    return { message: 'success' };
  }
}
