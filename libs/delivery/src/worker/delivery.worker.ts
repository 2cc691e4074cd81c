import {
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Config } from '@app/config';
import { Clock } from '@app/kernel';
import type { Channel } from '../message.js';
import { Courier } from '../senders/courier.js';
import { Providers, type Provider } from '../senders/sender.js';
import { HandOvers, type HandOverListener } from './hand-overs.js';
import { Lane, type Tools } from './lane.js';
import { MessagesRepository } from './messages.repository.js';
import { Outage } from './outage.js';
import { Recorder } from './recorder.js';

/**
 * All lanes of this process. Any number of replicas may run one.
 *
 * At least once: a message goes out twice only when a process dies, or the answer of the provider or the database is lost, between the
 * hand-over and its record; both copies then carry the same Message-ID or Idempotency-Key.
 */
@Injectable()
export class DeliveryWorker implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Delivery');
  private readonly tools: Tools;
  private readonly lanes: Record<Channel, readonly Lane[]>;
  private running: Promise<unknown> = Promise.resolve();

  constructor(
    messages: MessagesRepository,
    courier: Courier,
    clock: Clock,
    config: Config,
    providers: Providers,
  ) {
    const outage = new Outage(this.logger);
    this.tools = {
      messages,
      courier,
      clock,
      outage,
      recorder: new Recorder(messages, outage, clock, this.logger),
      handOvers: new HandOvers(this.logger),
      busy: new Set(),
      pollSeconds: config.delivery.pollSeconds,
    };
    this.lanes = { email: this.lanesOf(providers.email), sms: this.lanesOf(providers.sms) };
  }

  onApplicationBootstrap(): void {
    this.running = Promise.all(this.all().map((lane) => lane.run()));
  }

  /** Takes no new rows, and returns when those in flight are recorded. */
  async beforeApplicationShutdown(): Promise<void> {
    this.tools.recorder.hurry();
    for (const lane of this.all()) lane.stop();
    await this.running;
  }

  /** Looks at the table at once instead of at the next poll. Never throws. */
  wake(): void {
    for (const lane of this.all()) lane.wake();
  }

  /** The same for a new message of this channel. */
  wakeFor(channel: Channel): void {
    for (const lane of this.lanes[channel]) lane.wakeForNew();
  }

  /** Has `listener` told of every outcome of this process; see `HandOvers`. */
  onHandOver(listener: HandOverListener): void {
    this.tools.handOvers.on(listener);
  }

  private all(): Lane[] {
    return Object.values(this.lanes).flat();
  }

  private lanesOf(providers: readonly Provider[]): Lane[] {
    const lanes: Lane[] = [];
    for (const provider of providers) lanes.push(new Lane(provider, lanes, this.tools));
    return lanes;
  }
}
