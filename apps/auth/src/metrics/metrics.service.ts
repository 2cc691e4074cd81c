import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Outbox, TextsWatch } from '@app/delivery';
import { briefly, Clock } from '@app/kernel';
import type { Handler } from 'express';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { routeLabel } from '../http/route-label.js';
import { EventLoopLag } from './event-loop-lag.js';

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** What Prometheus reads. Labels are routes and never paths: a path may hold a code. */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  private readonly registry = new Registry();
  private readonly requests = new Histogram({
    name: 'countersign_request_seconds',
    help: 'Answered requests.',
    labelNames: ['protocol', 'method', 'route', 'status'],
    buckets: SECONDS,
    registers: [this.registry],
  });
  private readonly lag = new EventLoopLag(this.registry);

  constructor(outbox: Outbox, texts: TextsWatch, clock: Clock) {
    collectDefaultMetrics({ register: this.registry });
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers: [this.registry] });
    const messages = gauge('countersign_outbox_messages', 'Messages that wait to be handed over.');
    const age = gauge('countersign_outbox_oldest_seconds', 'How long the oldest of them has waited.');
    const sent = gauge('countersign_texts_used', 'Texts that count towards SMS_DAILY_LIMIT.');
    const limit = gauge('countersign_texts_limit', 'SMS_DAILY_LIMIT.');
    this.readOutbox = briefly(async () => {
      // What is not known must not hide the rest: while the database is away, requests are what one wants to see.
      const unknown = { messages: NaN, oldestSeconds: NaN };
      const backlog = await outbox.backlog(clock.now()).catch(() => unknown);
      messages.set(backlog.messages);
      age.set(backlog.oldestSeconds);
      const used = await texts.used(clock.now()).catch(() => ({ texts: NaN, limit: NaN }));
      sent.set(used.texts);
      limit.set(used.limit);
    });
  }

  private readonly readOutbox: () => Promise<void>;

  onApplicationShutdown(): void {
    this.lag.stop();
  }

  /** Measures every request from here on. */
  observe(): Handler {
    return (request, response, next) => {
      const stop = this.requests.startTimer();
      response.once('finish', () => {
        stop({
          protocol: request.call?.protocol ?? 'none',
          method: request.method,
          route: routeLabel(request),
          status: response.statusCode,
        });
      });
      next();
    };
  }

  /** The Prometheus text format. */
  async text(): Promise<string> {
    await this.readOutbox();
    return this.registry.metrics();
  }
}
