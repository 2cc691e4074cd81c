import { Controller, Delete, Get, UseGuards } from '@nestjs/common';
import { ApiOkResponse, ApiParam } from '@nestjs/swagger';
import type { RequestContext } from '@app/kernel';
import { Limits } from '@app/throttle';
import { Bearer, BearerGuard, NeedsScope, type AccessTokenClaims } from '@app/tokens';
import { yatLimits } from '../../limits/yat.limits.js';
import { Caller } from '../../protocols/caller.decorator.js';
import { PathId } from '../../protocols/path-id.decorator.js';
import { NeedsYatToken, YatApi, YatErrors } from '../../protocols/yat/yat-api.decorator.js';
import { YatMessageResponse } from '../../protocols/yat/yat-token.dto.js';
import { OwnSessionsService } from '../own-sessions.service.js';
import { YatSessionsResponse } from './yat-account.dto.js';
import { presentSession } from './yat-account.presenter.js';

@Controller('account/sessions')
@YatApi()
@Limits(...yatLimits)
@UseGuards(BearerGuard)
@NeedsYatToken()
export class YatSessionsController {
  constructor(private readonly sessions: OwnSessionsService) {}

  /**
   * Where the account is signed in
   *
   * Here and elsewhere, in all kinds of applications; newest last.
   */
  @Get()
  @NeedsScope('account:read')
  @ApiOkResponse({ type: YatSessionsResponse })
  @YatErrors('session_not_found')
  async list(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
  ): Promise<YatSessionsResponse> {
    const sessions = await this.sessions.list(call, sid);
    return { sessions: sessions.map((session) => presentSession(session, sid)) };
  }

  /** End all other sessions of the account */
  @Delete()
  @NeedsScope('account:write')
  @ApiOkResponse({ type: YatMessageResponse })
  @YatErrors('session_not_found')
  async endOthers(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
  ): Promise<YatMessageResponse> {
    await this.sessions.endOthers(call, sid);
    return { message: 'All other sessions have ended' };
  }

  /**
   * End one session of the account
   *
   * The own one too. Needs no fresh proof: a session that was left open somewhere can sign its owner out, and take nothing over.
   */
  @Delete(':id')
  @NeedsScope('account:write')
  @ApiParam({ name: 'id', example: '987654321' })
  @ApiOkResponse({ type: YatMessageResponse })
  @YatErrors('session_not_found', 'invalid_parameters')
  async end(
    @Caller() call: RequestContext,
    @Bearer() { sid }: AccessTokenClaims,
    @PathId() id: string,
  ): Promise<YatMessageResponse> {
    await this.sessions.end(call, sid, id);
    return { message: 'The session has ended' };
  }
}
