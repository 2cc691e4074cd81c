import { setTimeout as pause } from 'node:timers/promises';
import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Config } from '@app/config';
import { Clock } from '@app/kernel';
import type { ClaimedMessage, HandOverVerdict } from '../message.js';
import { Courier } from '../senders/courier.js';
import { HAND_OVERS_AT_ONCE } from '../senders/sender.js';
import { Alarm } from './alarm.js';
import { MessagesRepository } from './messages.repository.js';
import { Outage } from './outage.js';

const RECORD_RETRY_MS = 500;
const LAST_RECORD_TRIES = 4;

/**
 * Takes due messages and hands them over, as many at once as there are free hands and never more than it can begin
 * immediately, so that a lease covers one hand-over and no waiting.
 *
 * Any number of replicas may run one. At least once: a message goes out twice only when a process dies, or the
 * answer of the mail server or the database is lost, between the hand-over and its record; both copies then carry
 * the same Message-ID or Idempotency-Key.
 */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Delivery');
  private readonly outage = new Outage(this.logger);
  private readonly alarm = new Alarm();
  private readonly inFlight = new Map<string, Promise<void>>();
  private moreWaits = false;
  private stopping = false;
  private running = Promise.resolve();

  constructor(
    private readonly messages: MessagesRepository,
    private readonly courier: Courier,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
  }

  /** Takes no new rows, and returns when those in flight are recorded. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopping = true;
    this.alarm.ring();
    await this.running;
    await Promise.all(this.inFlight.values());
  }

  /** Looks at the table at once instead of at the next poll. Never throws. */
  wake(): void {
    this.alarm.ring();
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      const hands = HAND_OVERS_AT_ONCE - this.inFlight.size;
      const taken = hands > 0 ? await this.take(hands) : 0;
      this.moreWaits = taken === hands;
      if (!this.moreWaits || this.inFlight.size === HAND_OVERS_AT_ONCE) {
        await this.alarm.sleep(this.config.delivery.pollSeconds);
      }
    }
  }

  /** How many rows were taken off the queue; none while the database is away. */
  private async take(limit: number): Promise<number> {
    try {
      const { due, expired } = await this.messages.claim(this.clock.now(), limit, [...this.inFlight.keys()]);
      this.outage.passed();
      for (const message of expired) this.logger.warn(`${nameOf(message)} expired before it could be sent`);
      for (const message of due) this.begin(message);
      return due.length + expired.length;
    } catch (error) {
      this.outage.failed(error);
      return 0;
    }
  }

  private begin(message: ClaimedMessage): void {
    const done = this.handOver(message).finally(() => {
      this.inFlight.delete(message.id);
      if (this.moreWaits) this.alarm.ring();
    });
    this.inFlight.set(message.id, done);
  }

  private async handOver(message: ClaimedMessage): Promise<void> {
    const verdict = await this.courier.deliver(message);
    if (verdict.outcome !== 'sent')
      this.logger.warn(`${nameOf(message)} ${verdict.outcome}: ${verdict.reason}`);
    await this.record(message, verdict);
  }

  /**
   * Keeps at it while the database is away: a message that is sent but not recorded as such would be sent again. It
   * holds its hand meanwhile, so an outage cannot make more of them than there are hands.
   */
  private async record(message: ClaimedMessage, verdict: HandOverVerdict): Promise<void> {
    for (let last = 0; last < LAST_RECORD_TRIES; last += this.stopping ? 1 : 0) {
      try {
        const settled = await this.messages.settle(message, verdict, this.clock.now());
        if (!settled)
          this.logger.warn(
            `${nameOf(message)} ${verdict.outcome}, but after its lease: left to the new owner`,
          );
        return this.outage.passed();
      } catch (error) {
        this.outage.failed(error);
        await pause(RECORD_RETRY_MS);
      }
    }
    this.logger.error(
      `${nameOf(message)} ${verdict.outcome}, which could not be recorded: it may be sent again`,
    );
  }
}

const nameOf = (message: ClaimedMessage) => `${message.channel} ${message.id} (${message.template})`;
