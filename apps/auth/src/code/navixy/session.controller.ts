import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Authenticated, CurrentSession, Limits } from '@app/throttle';
import { Caller } from '../../protocols/caller.decorator.js';
import { NavixyApi, NavixyErrors, NeedsNavixyHash } from '../../protocols/navixy/navixy-api.decorator.js';
import { NavixyHash } from '../../protocols/navixy/navixy-parameters.js';
import { NavixySuccess } from './code.dto.js';
import { holderOf, type NavixyHolder } from './holder.question.js';
import { NavixyUserInfoResponse } from './session.dto.js';
import { navixyLimits } from '../../limits/navixy.limits.js';
import { presentUserInfo } from './presenter.js';
import { SessionLifeService } from '../session-life.service.js';

@Controller('user')
@NavixyApi()
@Limits(...navixyLimits)
@NeedsNavixyHash()
export class NavixySessionController {
  constructor(private readonly sessions: SessionLifeService) {}

  /**
   * Renew the session
   *
   * Its life begins anew; using a session does not prolong it.
   */
  @Post('session/renew')
  @HttpCode(200)
  @ApiOkResponse({ type: NavixySuccess })
  @NavixyErrors('credential_malformed', 'session_not_found')
  async renew(@Caller() call: RequestContext, @NavixyHash() hash: string): Promise<NavixySuccess> {
    await this.sessions.renew(call, hash);
    return { success: true };
  }

  /** End the session */
  @Post('logout')
  @HttpCode(200)
  @ApiOkResponse({ type: NavixySuccess })
  @NavixyErrors('credential_malformed', 'session_not_found')
  async logout(@Caller() call: RequestContext, @NavixyHash() hash: string): Promise<NavixySuccess> {
    await this.sessions.end(call, hash);
    return { success: true };
  }

  /**
   * Who is signed in
   *
   * The cheapest way to learn whether a session is alive.
   */
  @Post('get_info')
  @HttpCode(200)
  @Authenticated(holderOf)
  @ApiOkResponse({ type: NavixyUserInfoResponse })
  @NavixyErrors('credential_malformed', 'session_not_found')
  info(@CurrentSession() holder: NavixyHolder): NavixyUserInfoResponse {
    return presentUserInfo(holder);
  }
}
