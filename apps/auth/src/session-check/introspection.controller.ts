import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiConsumes } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { FoundByService, ServiceKey } from '@app/service-keys';
import { Limits } from '@app/throttle';
import { serviceLimits } from '../limits/service.limits.js';
import { Caller } from '../protocols/caller.decorator.js';
import { NeedsServiceKey, ServiceApi, ServiceErrors } from '../protocols/service/service-api.decorator.js';
import { service } from '../protocols/service/service.protocol.js';
import type { ActiveRow } from './active-session.question.js';
import { IntrospectionRequest, IntrospectionResponse } from './introspection.dto.js';
import { presentIntrospection } from './introspection.presenter.js';
import { sessionOfBody } from './introspection.question.js';
import { SessionCheckService } from './session-check.service.js';
import { shownText } from './shown.question.js';

@Controller('introspect')
@ServiceApi(service)
@Limits(...serviceLimits)
export class IntrospectionController {
  constructor(private readonly sessions: SessionCheckService) {}

  /**
   * Whether a credential is good, and whose it is (RFC 7662)
   *
   * For services behind this one, which hold a key with the scope `introspect`. Judged by the session's row at that moment; no life begins anew.
   */
  @Post()
  @HttpCode(200)
  @ServiceKey('introspect', sessionOfBody)
  @NeedsServiceKey()
  @ApiConsumes('application/x-www-form-urlencoded')
  @ServiceErrors('session_not_found', 'not_permitted', 'body_too_large', 'encoding_unsupported')
  async introspect(
    @Body() { token }: IntrospectionRequest,
    @FoundByService() row: ActiveRow | undefined,
    @Caller() { now }: RequestContext,
  ): Promise<IntrospectionResponse> {
    const credential = await this.sessions.judge(row, shownText(token).jwt, now);
    return presentIntrospection(credential, this.sessions.issuer);
  }
}
