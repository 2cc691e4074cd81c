import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { uuidsOf } from '@app/accounts';
import { claimStreamed, forgetStreamed, STREAM_SIGNAL, streamLater, type StreamedEvent } from '@app/audit';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { Alarm, endpointOf, post, signWebhook, unanswered, verdictOf, type Endpoint } from '@app/delivery';
import { AuthError, Clock, plusSeconds } from '@app/kernel';
import { EventStreamMetrics } from '../metrics/event-stream-metrics.js';

/** So many events are under way in a process at most. */
const HANDS = 20;
const TIMEOUT_MS = 15_000;
/** Longer than a page of events can take: nobody else takes one of them while it is under way. */
const LEASE_SECONDS = 60;
/** After each try that failed, as Standard Webhooks proposes: given up after three days. */
const DELAYS_SECONDS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400];

/** Where signed events go, and with which secrets of Standard Webhooks: each signs, so that a receiver can change to the next. */
interface Receiver extends Endpoint {
  secrets: readonly string[];
}

/**
 * Tells the operator's receiver what happens at accounts. At least once: the statement that records an event leaves it here, and it goes
 * when the receiver has answered 2xx; one whose process dies between the two is sent again, under the same `webhook-id`. A receiver that
 * is slow or away holds up nothing else: no message waits in this table, and no request.
 */
@Injectable()
export class EventStreamWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Events');
  private stopping = false;
  private running = Promise.resolve();
  private readonly alarm = new Alarm();

  constructor(
    private readonly database: Database,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly metrics: EventStreamMetrics,
  ) {}

  onApplicationBootstrap(): void {
    const { events } = this.config;
    if (!events) return;
    this.database.on(STREAM_SIGNAL, () => this.alarm.ring());
    this.running = this.run({ ...endpointOf(events.url), secrets: events.secrets });
  }

  /** Returns when what is under way is recorded. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.alarm.ring();
    await this.running;
  }

  private async run(receiver: Receiver): Promise<void> {
    while (!this.stopping) {
      const sent = await this.page(receiver).catch((error: unknown) => this.failed(error));
      if (sent < HANDS) await this.alarm.sleep(this.config.delivery.pollSeconds);
    }
  }

  private async page(receiver: Receiver): Promise<number> {
    const query = claimStreamed(this.clock.now(), LEASE_SECONDS, HANDS);
    const events = await this.database.rows<StreamedEvent>(query);
    if (!events.length) return 0;
    const accounts = await this.database.rows<{ id: string; uuid: string }>(
      uuidsOf(events.map(({ account_id }) => account_id)),
    );
    const uuids = new Map(accounts.map(({ id, uuid }) => [id, uuid]));
    await Promise.all(events.map((event) => this.send(receiver, event, uuids.get(event.account_id))));
    return events.length;
  }

  private async send(receiver: Receiver, event: StreamedEvent, account: string | undefined): Promise<void> {
    const body = JSON.stringify(payloadOf(event, account));
    const { url, login, secrets } = receiver;
    const signed = signWebhook(secrets, `evt_${event.id}`, this.clock.now(), body);
    const headers = { 'Content-Type': 'application/json', ...login, ...signed };
    const limit = AbortSignal.timeout(TIMEOUT_MS);
    const verdict = await post(url, { headers, body }, { limit, reads: false }).then(
      (answer) => verdictOf(answer),
      unanswered,
    );
    await this.settle(event, verdict.outcome === 'sent' ? undefined : verdict.reason);
  }

  private async settle(event: StreamedEvent, trouble: string | undefined): Promise<void> {
    const { id, tries } = event;
    const delay = DELAYS_SECONDS[tries - 1];
    if (trouble !== undefined && delay !== undefined) {
      this.metrics.note('retry');
      this.logger.warn(`event ${id} not taken, try ${tries}: ${trouble}; again in ${delay} s`);
      await this.database.rows(streamLater(event, plusSeconds(this.clock.now(), delay)));
      return;
    }
    this.metrics.note(trouble === undefined ? 'sent' : 'given_up');
    if (trouble !== undefined) this.logger.error(`event ${id} given up after ${tries} tries: ${trouble}`);
    await this.database.rows(forgetStreamed(id));
  }

  /** The database is away: the lease of what was under way ends by itself. */
  private failed(error: unknown): number {
    if (!(error instanceof AuthError)) this.logger.error(error);
    return 0;
  }
}

/** `account`: undefined for one that is no more. Ids are texts: they do not fit into the numbers of JSON. */
function payloadOf(event: StreamedEvent, account: string | undefined): object {
  return {
    type: `${event.event}.${event.outcome}`,
    timestamp: event.at.toISOString(),
    data: {
      account: account ?? null,
      event: event.event,
      outcome: event.outcome,
      protocol: event.protocol,
      session: event.session_id,
      attempt: event.attempt_id,
      client_address: event.client_address,
      request_id: event.request_id,
    },
  };
}
