import { Body, Controller, Delete, Get, HttpCode, Put } from '@nestjs/common';
import { ApiOkResponse, ApiParam } from '@nestjs/swagger';
import { sessionFacts } from '@app/administration';
import type { RequestContext } from '@app/kernel';
import { AdminErrors } from '../protocols/admin/admin-api.decorator.js';
import { Caller } from '../protocols/caller.decorator.js';
import { PathId } from '../protocols/path-id.decorator.js';
import { AccountReference } from './account-reference.decorator.js';
import { AdminAccountsService } from './admin-accounts.service.js';
import { AdminPhoneRequest, AdminSecondFactorRequest } from './admin-accounts.dto.js';
import { AdminChangedFactor, AdminEndedSessions, AdminSessions } from './admin-answers.dto.js';
import { AdminCredentialsService } from './admin-credentials.service.js';
import { Admin, NeedsScope } from './admin.decorator.js';

const ACCOUNT = {
  name: 'account',
  description: 'The id or UUID of an account.',
  example: '123456789012345678',
};

@Controller('admin/accounts/:account')
@Admin()
@ApiParam(ACCOUNT)
export class AdminCredentialsController {
  constructor(
    private readonly credentials: AdminCredentialsService,
    private readonly accounts: AdminAccountsService,
  ) {}

  /**
   * Set what a sign-in asks for behind the password
   *
   * An authenticator is a new one each time, and its secret is told this once. Sign-ins that wait for the old factor have to begin again.
   */
  @Put('second-factor')
  @NeedsScope('accounts:write')
  @ApiOkResponse({ type: AdminChangedFactor })
  @AdminErrors('not_found', 'conflict', 'body_too_large', 'encoding_unsupported')
  async changeSecondFactor(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
    @Body() { secondFactor }: AdminSecondFactorRequest,
  ): Promise<AdminChangedFactor> {
    const changed = await this.credentials.changeSecondFactor(call, reference, secondFactor);
    return { otpauthUri: changed.otpauthUri, sessionsEnded: changed.endedSessions };
  }

  /** Set the phone, with which its owner may sign in, or take it away */
  @Put('phone')
  @HttpCode(204)
  @NeedsScope('accounts:write')
  @AdminErrors('not_found', 'conflict', 'phone_taken', 'body_too_large', 'encoding_unsupported')
  async changePhone(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
    @Body() { phone }: AdminPhoneRequest,
  ): Promise<void> {
    await this.credentials.changePhone(call, reference, phone);
  }

  /** See the live sessions of an account, pending ones too */
  @Get('sessions')
  @NeedsScope('accounts:read')
  @ApiOkResponse({ type: AdminSessions })
  @AdminErrors('not_found')
  async sessions(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
  ): Promise<AdminSessions> {
    return { sessions: (await this.accounts.sessionsOf(call, reference)).map(sessionFacts) };
  }

  /** End all sessions of an account, in all protocols */
  @Delete('sessions')
  @NeedsScope('accounts:write')
  @ApiOkResponse({ type: AdminEndedSessions })
  @AdminErrors('not_found')
  async endSessions(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
  ): Promise<AdminEndedSessions> {
    return { sessionsEnded: await this.accounts.endSessions(call, reference) };
  }

  /** End one session */
  @Delete('sessions/:id')
  @HttpCode(204)
  @NeedsScope('accounts:write')
  @ApiParam({
    name: 'id',
    description: 'The id of a live session of the account.',
    example: '123456789012345678',
  })
  @AdminErrors('not_found')
  async endSession(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
    @PathId() sessionId: string,
  ): Promise<void> {
    await this.accounts.endSession(call, reference, sessionId);
  }

  /** Stop a recovery of the account that waits for its time */
  @Delete('recovery')
  @HttpCode(204)
  @NeedsScope('recoveries:write')
  @AdminErrors('not_found')
  async stopRecovery(@Caller() call: RequestContext, @AccountReference() reference: string): Promise<void> {
    await this.accounts.stopRecovery(call, reference);
  }
}
