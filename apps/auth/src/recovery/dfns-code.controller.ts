import { Controller, HttpCode, Post, Put } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Caller } from '../protocols/caller.decorator.js';
import { DfnsApi } from '../protocols/dfns/dfns-api.decorator.js';
import { DfnsBody } from '../protocols/dfns/dfns-body.decorator.js';
import { DfnsMemberRequest, DfnsMessageResponse, DfnsRecipientRequest } from './dfns-recipient.dto.js';
import { dfnsLimits } from '../limits/dfns.limits.js';
import { RecoveryCodeService } from './recovery-code.service.js';

const SUCCESS: DfnsMessageResponse = { message: 'success' };

@Controller('auth')
@DfnsApi()
@Limits(...dfnsLimits)
export class DfnsCodeController {
  constructor(private readonly codes: RecoveryCodeService) {}

  /**
   * Send a recovery code
   *
   * By mail, to start a recovery with. The answer is the same whoever is named, and whether a mail was sent or not.
   */
  @Post('recover/user/code')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: DfnsRecipientRequest })
  @ApiOkResponse({ type: DfnsMessageResponse })
  async recovery(
    @Caller() call: RequestContext,
    @DfnsBody() person: DfnsRecipientRequest,
  ): Promise<DfnsMessageResponse> {
    await this.codes.send(call, 'recovery', person);
    return SUCCESS;
  }

  /** Send a login code: the second factor of accounts that have a mailbox or a phone for it */
  @Post('login/code')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: DfnsRecipientRequest })
  @ApiOkResponse({ type: DfnsMessageResponse })
  async login(
    @Caller() call: RequestContext,
    @DfnsBody() person: DfnsRecipientRequest,
  ): Promise<DfnsMessageResponse> {
    await this.codes.send(call, 'login', person);
    return SUCCESS;
  }

  /** Send the registration code again: to an account that has no key yet. The code before it is dead */
  @Put('registration/code')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: DfnsMemberRequest })
  @ApiOkResponse({ type: DfnsMessageResponse })
  async registration(
    @Caller() call: RequestContext,
    @DfnsBody() person: DfnsMemberRequest,
  ): Promise<DfnsMessageResponse> {
    await this.codes.send(call, 'registration', person);
    return SUCCESS;
  }
}
