import { Injectable } from '@nestjs/common';
import {
  purgeContactChanges,
  purgeFactorSetups,
  purgePasswordFailures,
  purgeRecoveries,
} from '@app/accounts';
import { attemptPurges } from '@app/attempts';
import {
  dropAuditPartitions,
  makeAuditPartitions,
  purgeFormerAudit,
  purgeFormerRefusals,
  purgeStreamed,
} from '@app/audit';
import { Config } from '@app/config';
import { Database, type Query } from '@app/database';
import {
  purgeDeliveryEvents,
  purgeMessages,
  purgeRecipientSends,
  purgeSendCounts,
  TextsWatch,
} from '@app/delivery';
import { purgeIdempotentCalls } from '@app/idempotency';
import { plusSeconds } from '@app/kernel';
import { purgeOperatorSessions } from '@app/operators';
import {
  purgeBrowserAttempts,
  purgeBrowserSessions,
  purgeEmptyBrowserSessions,
  purgeEndedSessions,
  purgeSessions,
  purgeSurplusSessions,
} from '@app/sessions';
import { LimitsStorage } from '@app/throttle';
import { DueDeletions } from './due-deletions.service.js';
import { UnprovenAccounts } from './unproven-accounts.service.js';

/** How many rows a statement takes at most: so that no request waits long for one. */
export const BATCH = 1000;
/** How long what has ended can still be explained. */
const KEPT_SECONDS = 7 * 86_400;
const SURPLUS_KEPT_SECONDS = 3600;

/** Does a batch; answers how many rows it took. */
export type Duty = () => Promise<number>;

/** What housekeeping does, by the names that its metrics have. */
@Injectable()
export class Duties {
  constructor(
    private readonly database: Database,
    private readonly limits: LimitsStorage,
    private readonly unproven: UnprovenAccounts,
    private readonly deletions: DueDeletions,
    private readonly texts: TextsWatch,
    private readonly config: Config,
  ) {}

  at(now: Date): Record<string, Duty> {
    const purges = Object.entries(this.purges(now)).map(
      ([duty, query]) => [duty, async () => (await this.database.rows(query())).length] as const,
    );
    return {
      texts_watch: () => this.texts.look(now).then(() => 0),
      ...Object.fromEntries(purges),
      unproven_accounts: () => this.unproven.purge(now, BATCH),
      deletions: () => this.deletions.purge(now, BATCH),
      request_limits: () => this.limits.purge(now, BATCH),
    };
  }

  private purges(now: Date): Record<string, () => Query> {
    const keptBefore = plusSeconds(now, -this.config.audit.keptSeconds);
    const refusedBefore = plusSeconds(now, -this.config.audit.refusalsKeptSeconds);
    const kept = plusSeconds(now, -KEPT_SECONDS);
    return {
      attempts_expired: () => attemptPurges.expire(now, BATCH),
      attempts: () => attemptPurges.attempts(kept, BATCH),
      send_windows: () => attemptPurges.sendWindows(now, BATCH),
      guess_budgets: () => attemptPurges.strangersBudgets(now, BATCH),
      sessions: () => purgeSessions(kept, BATCH),
      sessions_ended: () => purgeEndedSessions(kept, BATCH),
      sessions_surplus: () => purgeSurplusSessions(plusSeconds(now, -SURPLUS_KEPT_SECONDS), BATCH),
      browser_attempts: () => purgeBrowserAttempts(kept, BATCH),
      browser_sessions: () => purgeBrowserSessions(kept, BATCH),
      browser_sessions_empty: () => purgeEmptyBrowserSessions(now, BATCH),
      operator_sessions: () => purgeOperatorSessions(now, BATCH),
      password_failures: () => purgePasswordFailures(now, BATCH),
      factor_setups: () => purgeFactorSetups(now, BATCH),
      contact_changes: () => purgeContactChanges(now, BATCH),
      pending_recoveries: () => purgeRecoveries(kept, BATCH),
      messages: () => purgeMessages(kept, BATCH),
      delivery_events: () => purgeDeliveryEvents(kept, BATCH),
      recipient_sends: () => purgeRecipientSends(now, BATCH),
      send_counts: () => purgeSendCounts(now, BATCH),
      audit_former_refusals: () => purgeFormerRefusals(refusedBefore, BATCH),
      audit_former: () => purgeFormerAudit(keptBefore, BATCH),
      event_stream: () => purgeStreamed(kept, BATCH),
      audit_partitions_ahead: () => makeAuditPartitions(now),
      audit_partitions_over: () => dropAuditPartitions(keptBefore, refusedBefore),
      idempotent_calls: () => purgeIdempotentCalls(now, BATCH),
    };
  }
}
