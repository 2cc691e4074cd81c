import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Handler } from 'express';
import { collectDefaultMetrics, Histogram, Registry } from 'prom-client';
import { routeLabel } from '../http/route-label.js';
import { DeliveryMetrics } from './delivery-metrics.js';
import { EventLoopLag } from './event-loop-lag.js';
import { EventStreamMetrics } from './event-stream-metrics.js';

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** What Prometheus reads. Labels are routes and never paths: a path may hold a code. */
@Injectable()
export class MetricsService implements OnApplicationShutdown {
  private readonly requests: Histogram;
  private readonly lag: EventLoopLag;

  constructor(
    private readonly registry: Registry,
    private readonly delivery: DeliveryMetrics,
    private readonly events: EventStreamMetrics,
  ) {
    collectDefaultMetrics({ register: registry });
    this.requests = new Histogram({
      name: 'countersign_request_seconds',
      help: 'Answered requests.',
      labelNames: ['protocol', 'method', 'route', 'status'],
      buckets: SECONDS,
      registers: [registry],
    });
    this.lag = new EventLoopLag(registry);
  }

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
    await Promise.all([this.delivery.read(), this.events.read()]);
    return this.registry.metrics();
  }
}
