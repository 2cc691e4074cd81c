import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { Database } from '@app/database';
import { AuthError, Ids, type RequestContext } from '@app/kernel';
import type { AuditEvent } from './audit.js';
import { insertRefusals, type Refusal } from './insert-refusals.js';

const FLUSH_MS = 1000;
/**
 * Of so many different refusals a minute is told apart from which network they came; the rest of the minute is counted without it. What
 * is then told apart is what the routes and the errors are: no flood, from however many networks, makes more rows than that.
 */
const ROWS_IN_A_MINUTE = 600;
export const MANY_NETWORKS = 'many';

/**
 * Records what was refused before any statement knew of the call, or by none: a limit, a token that is none, a page of elsewhere. Beside
 * the answer, which it never delays: what is alike in a minute is counted here, and written once a second in one statement. A process
 * that is killed loses the last second of it.
 */
@Injectable()
export class RefusalLog implements BeforeApplicationShutdown {
  private readonly logger = new Logger('Audit');
  private waiting = new Map<string, Refusal>();
  private readonly seen = new Set<string>();
  private minute = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly ids: Ids,
  ) {}

  note(call: RequestContext, event: AuditEvent, outcome: string): void {
    const refusal = this.told(call, event, outcome);
    const key = keyOf(refusal);
    const alike = this.waiting.get(key);
    if (alike) alike.repeated += 1;
    else this.waiting.set(key, refusal);
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }

  /** Writes down what waits. Never throws: while the database is away it goes on waiting, and is not more than before. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const refusals = [...this.waiting.values()];
    if (!refusals.length) return;
    this.waiting = new Map();
    try {
      await this.database.rows(insertRefusals(refusals, () => this.ids.next()));
    } catch (error) {
      if (!(error instanceof AuthError)) return this.logger.error(error);
      for (const refusal of refusals) this.putBack(refusal);
    }
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.flush();
    clearTimeout(this.timer);
  }

  private told({ now, protocol, client }: RequestContext, event: AuditEvent, outcome: string): Refusal {
    const minute = Math.floor(now.getTime() / 60_000);
    if (minute !== this.minute) this.seen.clear();
    this.minute = minute;
    const refusal = { at: now, minute, event, outcome, protocol, repeated: 0 };
    const { network, address, userAgent, requestId } = client;
    const apart = {
      ...refusal,
      network,
      client_address: address,
      user_agent: userAgent,
      request_id: requestId,
    };
    const key = keyOf(apart);
    if (this.seen.has(key)) return apart;
    if (this.seen.size < ROWS_IN_A_MINUTE) this.seen.add(key);
    else
      return { ...refusal, network: MANY_NETWORKS, client_address: null, user_agent: null, request_id: null };
    return apart;
  }

  private putBack(refusal: Refusal): void {
    const key = keyOf(refusal);
    const alike = this.waiting.get(key);
    if (alike) alike.repeated += 1 + refusal.repeated;
    else if (this.waiting.size < 2 * ROWS_IN_A_MINUTE) this.waiting.set(key, refusal);
    this.timer ??= setTimeout(() => void this.flush(), FLUSH_MS).unref();
  }
}

function keyOf({ minute, network, protocol, event, outcome }: Refusal): string {
  return `${minute} ${network} ${protocol} ${event} ${outcome}`;
}
