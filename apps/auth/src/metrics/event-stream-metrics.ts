import { Injectable } from '@nestjs/common';
import { STREAM_COUNTED, streamBacklog, type StreamBacklog } from '@app/audit';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { briefly, Clock } from '@app/kernel';
import { Counter, Gauge, Registry } from 'prom-client';

const OUTCOMES = ['sent', 'retry', 'given_up'] as const;
/** How a try to tell the operator's receiver of an event ended; `retry`: it is tried again. */
export type EventOutcome = (typeof OUTCOMES)[number];

/** What became of events for the operator's receiver, and what waits. */
@Injectable()
export class EventStreamMetrics {
  private readonly posts: Counter;
  private readonly waiting: Gauge;
  private readonly oldest: Gauge;
  private readonly backlog: () => Promise<StreamBacklog | undefined>;

  constructor(
    registry: Registry,
    database: Database,
    private readonly config: Config,
    private readonly clock: Clock,
  ) {
    const registers = [registry];
    this.waiting = new Gauge({
      name: 'countersign_event_stream_events',
      help: `Events that wait for the receiver; counted up to ${STREAM_COUNTED}.`,
      registers,
    });
    this.oldest = new Gauge({
      name: 'countersign_event_stream_oldest_seconds',
      help: 'How long the oldest of them has waited.',
      registers,
    });
    this.posts = new Counter({
      name: 'countersign_event_stream_posts_total',
      help: 'Events that were posted to the receiver, by what came of it; retry: to be tried again.',
      labelNames: ['outcome'],
      registers,
    });
    for (const outcome of OUTCOMES) this.posts.labels(outcome).inc(0);
    this.backlog = briefly(() => database.row<StreamBacklog>(streamBacklog));
  }

  note(outcome: EventOutcome): void {
    this.posts.labels(outcome).inc();
  }

  /** Asks what waits, where there is a receiver. While the database is away it is not known. */
  async read(): Promise<void> {
    if (!this.config.events) return;
    const { events, age } = await this.backlog().then(
      (backlog) => ({ events: Number(backlog?.events ?? 0), age: this.ageOf(backlog?.oldest) }),
      () => ({ events: NaN, age: NaN }),
    );
    this.waiting.set(events);
    this.oldest.set(age);
  }

  private ageOf(at: Date | null | undefined): number {
    return at ? Math.max(0, (this.clock.now().getTime() - at.getTime()) / 1000) : 0;
  }
}
