import { Injectable } from '@nestjs/common';
import {
  AccountTimelineService,
  AttemptsService,
  AuditService,
  OperatorError,
  ReadingsService,
  type AttemptHistory,
  type AuditPage,
  type Timeline,
} from '@app/administration';
import type { AuditFilter } from '@app/audit';
import { firstIdAt, type RequestContext } from '@app/kernel';
import { AdminAccountsService } from './admin-accounts.service.js';

/** What programs ask about the past. A look at what concerns a person is recorded; the log itself is not, or it would never end. */
@Injectable()
export class AdminHistoryService {
  constructor(
    private readonly accounts: AdminAccountsService,
    private readonly timelines: AccountTimelineService,
    private readonly attempts: AttemptsService,
    private readonly log: AuditService,
    private readonly readings: ReadingsService,
  ) {}

  async timeline(call: RequestContext, reference: string, most: number, cursor?: string): Promise<Timeline> {
    const account = await this.accounts.find(reference);
    await this.readings.record(call, 'timeline', account.id);
    return this.timelines.of(account, call.now, most, cursor);
  }

  /** @throws AuthError `not_found` */
  async story(call: RequestContext, reference: string): Promise<AttemptHistory> {
    const history = await this.attempts.known(reference);
    if (!history)
      throw new OperatorError('No attempt has this id, and no message this reference.', 'not_found');
    const whose = [...history.attempts, ...history.messages].find(({ accountId }) => accountId !== null);
    await this.readings.record(call, 'attempt', whose?.accountId ?? null);
    return history;
  }

  /** The rows after the cursor, or else from `since` on, or else from the first. */
  audit(most: number, filter: AuditFilter, cursor?: string, since?: Date): Promise<AuditPage> {
    const beginning = since ? String(BigInt(firstIdAt(since)) - 1n) : '0';
    return this.log.page(cursor ?? beginning, most, filter);
  }
}
