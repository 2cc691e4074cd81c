import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { yatLimits } from '../limits/yat.limits.js';
import { Caller } from '../protocols/caller.decorator.js';
import { YatApi, YatErrors } from '../protocols/yat/yat-api.decorator.js';
import { YatBody } from '../protocols/yat/yat-body.decorator.js';
import { YatTokenResponse } from '../protocols/yat/yat-token.dto.js';
import { presentTokens } from '../protocols/yat/yat-token.presenter.js';
import { LinkExchangeService } from './link-exchange.service.js';
import { LinkRequestService } from './link-request.service.js';
import { YatMagicLinkRequest, YatMagicLinkResponse, YatMagicLinkTokenRequest } from './yat-magic-link.dto.js';
import { proofOf, whoOf } from './yat-who.js';

const MESSAGE = 'If the account exists, a magic link is on its way';

@Controller('auth/magic_link')
@YatApi()
@Limits(...yatLimits)
export class YatMagicLinkController {
  constructor(
    private readonly requests: LinkRequestService,
    private readonly exchanges: LinkExchangeService,
  ) {}

  /**
   * Mail a magic link
   *
   * The answer is the same for every name. One mail a minute and five an hour go to the same person, by whichever names.
   */
  @Post()
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: YatMagicLinkRequest })
  @ApiOkResponse({ type: YatMagicLinkResponse })
  @YatErrors('invalid_parameters', 'identifier_missing', 'resend_too_soon')
  async request(
    @Caller() call: RequestContext,
    @YatBody() request: YatMagicLinkRequest,
  ): Promise<YatMagicLinkResponse> {
    await this.requests.request(call, whoOf(request), request.redirect ?? undefined);
    return { message: MESSAGE, status: 'Active' };
  }

  /**
   * Take the tokens of a magic link
   *
   * With the one-time code that the redirect carried (good for a minute), or with the six digits of the mail, for a
   * device that cannot open the link.
   */
  @Post('token')
  @Idempotent()
  @HttpCode(200)
  @ApiBody({ type: YatMagicLinkTokenRequest })
  @ApiOkResponse({ type: YatTokenResponse })
  @YatErrors(
    'session_not_found',
    'code_wrong',
    'credentials_wrong',
    'invalid_parameters',
    'identifier_missing',
  )
  async token(
    @Caller() call: RequestContext,
    @YatBody() request: YatMagicLinkTokenRequest,
  ): Promise<YatTokenResponse> {
    return presentTokens(await this.exchanges.prove(call, proofOf(request)));
  }
}
