import { Body, Controller, Get, Headers, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiCreatedResponse, ApiHeader, ApiOkResponse, ApiParam } from '@nestjs/swagger';
import { AccountSearchService, ReadingsService } from '@app/administration';
import { Idempotent } from '@app/idempotency';
import type { RequestContext } from '@app/kernel';
import type { Response } from 'express';
import { AdminErrors } from '../protocols/admin/admin-api.decorator.js';
import { Caller } from '../protocols/caller.decorator.js';
import { AccountReference } from './account-reference.decorator.js';
import { AdminAccountsService } from './admin-accounts.service.js';
import {
  AdminChangeAccountRequest,
  AdminCreateAccountRequest,
  AdminSearchQuery,
} from './admin-accounts.dto.js';
import {
  AdminAccount,
  AdminCreatedAccount,
  AdminEndedSessions,
  AdminFoundAccounts,
} from './admin-answers.dto.js';
import { AdminCredentialsService } from './admin-credentials.service.js';
import { Admin, NeedsScope } from './admin.decorator.js';
import { matching, presentAccount, tagOf } from './admin.presenter.js';

const ACCOUNT = {
  name: 'account',
  description: 'The id or UUID of an account.',
  example: '123456789012345678',
};

@Controller('admin/accounts')
@Admin()
export class AdminAccountsController {
  constructor(
    private readonly accounts: AdminAccountsService,
    private readonly credentials: AdminCredentialsService,
    private readonly searches: AccountSearchService,
    private readonly readings: ReadingsService,
  ) {}

  /** Make an activated account */
  @Post()
  @Idempotent()
  @NeedsScope('accounts:write')
  @ApiCreatedResponse({ type: AdminCreatedAccount })
  @AdminErrors(
    'identifier_missing',
    'email_taken',
    'username_taken',
    'phone_taken',
    'body_too_large',
    'encoding_unsupported',
  )
  create(
    @Caller() call: RequestContext,
    @Body() wanted: AdminCreateAccountRequest,
  ): Promise<AdminCreatedAccount> {
    return this.credentials.create(call, wanted);
  }

  /**
   * Find accounts by the beginning of a name, by organisation or by tenant
   *
   * In the order of the names where one is given, else the newest first.
   */
  @Get()
  @NeedsScope('accounts:read')
  @ApiOkResponse({ type: AdminFoundAccounts })
  async search(
    @Caller() call: RequestContext,
    @Query() { q, limit, ...search }: AdminSearchQuery,
  ): Promise<AdminFoundAccounts> {
    await this.readings.record(call, 'accounts', null);
    return this.searches.search({ ...search, text: q, most: limit });
  }

  /** See an account, and what keeps its owner out */
  @Get(':account')
  @NeedsScope('accounts:read')
  @ApiParam(ACCOUNT)
  @ApiOkResponse({ type: AdminAccount, headers: { ETag: { schema: { type: 'string' } } } })
  @AdminErrors('not_found')
  async show(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AdminAccount> {
    const shown = await this.accounts.show(call, reference);
    response.setHeader('ETag', tagOf(shown.account));
    return presentAccount(shown);
  }

  /**
   * Change what ends nothing: organisation, tenant, names and language
   *
   * What is absent stays as it is. With `If-Match` only while the account is as it was seen.
   */
  @Patch(':account')
  @NeedsScope('accounts:write')
  @ApiParam(ACCOUNT)
  @ApiHeader({ name: 'If-Match', required: false, schema: { type: 'string' } })
  @ApiOkResponse({ type: AdminAccount, headers: { ETag: { schema: { type: 'string' } } } })
  @AdminErrors('not_found', 'precondition_failed', 'body_too_large', 'encoding_unsupported')
  async change(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
    @Body() details: AdminChangeAccountRequest,
    @Headers('if-match') ifMatch: string | undefined,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AdminAccount> {
    this.credentials.requireSpoken(details.language);
    const shown = await this.accounts.change(call, reference, details, matching(ifMatch));
    response.setHeader('ETag', tagOf(shown.account));
    return presentAccount(shown);
  }

  /** Shut an account, and end its sessions in all protocols */
  @Post(':account/disable')
  @HttpCode(200)
  @NeedsScope('accounts:write')
  @ApiParam(ACCOUNT)
  @ApiOkResponse({ type: AdminEndedSessions })
  @AdminErrors('not_found')
  async disable(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
  ): Promise<AdminEndedSessions> {
    return { sessionsEnded: await this.accounts.disable(call, reference) };
  }

  /** Open an account again */
  @Post(':account/enable')
  @HttpCode(204)
  @NeedsScope('accounts:write')
  @ApiParam(ACCOUNT)
  @AdminErrors('not_found')
  async enable(@Caller() call: RequestContext, @AccountReference() reference: string): Promise<void> {
    await this.accounts.enable(call, reference);
  }

  /** Forget wrong passwords and wrong codes, and that messages to it came back */
  @Post(':account/unlock')
  @HttpCode(204)
  @NeedsScope('accounts:write')
  @ApiParam(ACCOUNT)
  @AdminErrors('not_found')
  async unlock(@Caller() call: RequestContext, @AccountReference() reference: string): Promise<void> {
    await this.accounts.unlock(call, reference);
  }
}
