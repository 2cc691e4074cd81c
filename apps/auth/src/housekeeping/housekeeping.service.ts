import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { purgeFactorSetups, purgePasswordFailures } from '@app/accounts';
import { attemptPurges } from '@app/attempts';
import {
  dropAuditPartitions,
  makeAuditPartitions,
  purgeFormerAudit,
  purgeFormerRefusals,
  purgeStreamed,
} from '@app/audit';
import { Config } from '@app/config';
import { Database, type Query, withAdvisoryLock } from '@app/database';
import { purgeMessages, purgeRecipientSends, purgeSendCounts, TextsWatch } from '@app/delivery';
import { purgeIdempotentCalls } from '@app/idempotency';
import { AuthError, Clock, plusSeconds } from '@app/kernel';
import {
  purgeBrowserAttempts,
  purgeBrowserSessions,
  purgeEmptyBrowserSessions,
  purgeEndedSessions,
  purgeSessions,
  purgeSurplusSessions,
} from '@app/sessions';
import { PostgresThrottlerStorage } from '@app/throttle';
import { DataSource } from 'typeorm';
import { UnprovenAccounts } from './unproven-accounts.service.js';

const EVERY_MS = 60_000;
const BATCH = 1000;
/** How long what has ended can still be explained. */
const KEPT_SECONDS = 7 * 86_400;
const SURPLUS_KEPT_SECONDS = 3600;

/**
 * Tidies up once a minute, in one replica at a time. Nothing depends on it: what is over is over without it.
 *
 * A duty goes on until nothing is left for it: a limit in a minute would let what is made faster than that grow for ever. A batch is a
 * statement of its own, so that no request waits long for one, and one that others hold is left for the next minute. A batch has a
 * thousand rows, and a request makes a handful with more work for each: it can only fall behind where the service cannot answer.
 */
@Injectable()
export class HousekeepingService {
  private readonly logger = new Logger('Housekeeping');

  constructor(
    private readonly database: Database,
    private readonly dataSource: DataSource,
    private readonly limits: PostgresThrottlerStorage,
    private readonly unproven: UnprovenAccounts,
    private readonly texts: TextsWatch,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Interval(EVERY_MS)
  async tidyUp(): Promise<void> {
    for (const duty of this.duties(this.clock.now())) {
      try {
        await withAdvisoryLock(this.dataSource, 'countersign.housekeeping', () => untilNothingIsLeft(duty));
      } catch (error) {
        // The database is away or restarts; the next minute comes.
        if (!(error instanceof AuthError)) this.logger.error(error);
      }
    }
  }

  private duties(now: Date): (() => Promise<number>)[] {
    const keptBefore = plusSeconds(now, -this.config.audit.keptSeconds);
    const refusedBefore = plusSeconds(now, -this.config.audit.refusalsKeptSeconds);
    const kept = plusSeconds(now, -KEPT_SECONDS);
    const statements: (() => Query)[] = [
      () => attemptPurges.expire(now, BATCH),
      () => attemptPurges.attempts(kept, BATCH),
      () => attemptPurges.sendWindows(now, BATCH),
      () => attemptPurges.strangersBudgets(now, BATCH),
      () => purgeSessions(kept, BATCH),
      () => purgeEndedSessions(kept, BATCH),
      () => purgeSurplusSessions(plusSeconds(now, -SURPLUS_KEPT_SECONDS), BATCH),
      () => purgeBrowserAttempts(kept, BATCH),
      () => purgeBrowserSessions(kept, BATCH),
      () => purgeEmptyBrowserSessions(now, BATCH),
      () => purgePasswordFailures(now, BATCH),
      () => purgeFactorSetups(now, BATCH),
      () => purgeMessages(kept, BATCH),
      () => purgeRecipientSends(now, BATCH),
      () => purgeSendCounts(now, BATCH),
      () => purgeFormerRefusals(refusedBefore, BATCH),
      () => purgeFormerAudit(keptBefore, BATCH),
      () => purgeStreamed(kept, BATCH),
      () => makeAuditPartitions(now),
      () => dropAuditPartitions(keptBefore, refusedBefore),
      () => purgeIdempotentCalls(now, BATCH),
    ];
    const purges = statements.map((query) => async () => (await this.database.rows(query())).length);
    const accounts = () => this.unproven.purge(now, BATCH);
    const watch = async () => {
      await this.texts.look(now);
      return 0;
    };
    return [watch, ...purges, accounts, () => this.limits.purge(now, BATCH)];
  }
}

async function untilNothingIsLeft(take: () => Promise<number>): Promise<void> {
  while ((await take()) === BATCH);
}
