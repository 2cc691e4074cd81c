import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiParam } from '@nestjs/swagger';
import { ReadingsService, RecoveriesService, StatisticsService } from '@app/administration';
import type { RequestContext } from '@app/kernel';
import { AdminErrors } from '../protocols/admin/admin-api.decorator.js';
import { Caller } from '../protocols/caller.decorator.js';
import { AccountReference } from './account-reference.decorator.js';
import { AdminRecoveries } from './admin-answers.dto.js';
import {
  AdminAuditPage,
  AdminAuditQuery,
  AdminStatistics,
  AdminStory,
  AdminTimeline,
} from './admin-history.dto.js';
import { AdminHistoryService } from './admin-history.service.js';
import { Admin, NeedsScope } from './admin.decorator.js';
import { presentStory } from './admin.presenter.js';
import { AdminPageQuery } from './page.dto.js';

@Controller('admin')
@Admin()
export class AdminHistoryController {
  constructor(
    private readonly history: AdminHistoryService,
    private readonly recoveries: RecoveriesService,
    private readonly readings: ReadingsService,
    private readonly statistics: StatisticsService,
  ) {}

  /**
   * See what happened at an account, the newest first
   *
   * What was asked, sent, opened, guessed and refused, and why: its attempts, its messages and what is in the audit log, in one order.
   */
  @Get('accounts/:account/timeline')
  @NeedsScope('attempts:read')
  @ApiParam({ name: 'account', description: 'The id or UUID of an account.', example: '123456789012345678' })
  @ApiOkResponse({ type: AdminTimeline })
  @AdminErrors('not_found')
  timeline(
    @Caller() call: RequestContext,
    @AccountReference() reference: string,
    @Query() { limit, cursor }: AdminPageQuery,
  ): Promise<AdminTimeline> {
    return this.history.timeline(call, reference, limit, cursor);
  }

  /** See what became of an attempt or a message */
  @Get('attempts/:reference')
  @NeedsScope('attempts:read')
  @ApiParam({
    name: 'reference',
    description: 'The id of an attempt, or the reference that stands in a message.',
    example: '123456789012345678',
  })
  @ApiOkResponse({ type: AdminStory })
  @AdminErrors('not_found')
  async attempt(@Caller() call: RequestContext, @Param('reference') reference: string): Promise<AdminStory> {
    return presentStory(await this.history.story(call, reference), call.now);
  }

  /**
   * Read the audit log, the oldest first
   *
   * Up to a minute ago, so that nothing comes to what was read. A page looks at `limit` records and has those that are asked for.
   */
  @Get('audit')
  @NeedsScope('audit:read')
  @ApiOkResponse({ type: AdminAuditPage })
  async audit(@Query() query: AdminAuditQuery): Promise<AdminAuditPage> {
    const { limit, cursor, since, account, event, protocol } = query;
    const filter = { accountId: account, event, protocol };
    const page = await this.history.audit(
      limit,
      filter,
      cursor,
      since === undefined ? undefined : new Date(since),
    );
    return { events: page.rows, cursor: page.cursor, more: page.more };
  }

  /** See the recoveries that wait for their time, the newest first */
  @Get('recoveries')
  @NeedsScope('recoveries:read')
  @ApiOkResponse({ type: AdminRecoveries })
  async waiting(
    @Caller() call: RequestContext,
    @Query() { limit, cursor }: AdminPageQuery,
  ): Promise<AdminRecoveries> {
    await this.readings.record(call, 'recoveries', null);
    return this.recoveries.waiting(limit, cursor);
  }

  /** See the last day in numbers, by hours */
  @Get('statistics')
  @NeedsScope('statistics:read')
  @ApiOkResponse({ type: AdminStatistics })
  lastDay(): Promise<AdminStatistics> {
    return this.statistics.lastDay();
  }
}
