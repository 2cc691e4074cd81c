import { Histogram, type Registry } from 'prom-client';

/** How often the watch looks, in milliseconds: a hold is seen as shorter than it was by at most as much. */
const RESOLUTION_MS = 10;
const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1];

/**
 * How late the event loop comes to what is due. Counted and never reset, unlike the gauges that the library brings along: any number of
 * scrapers see the same, and no hold falls between two of them.
 */
export class EventLoopLag {
  private readonly lag: Histogram;
  private readonly timer: NodeJS.Timeout;

  constructor(registry: Registry) {
    this.lag = new Histogram({
      name: 'countersign_event_loop_lag_seconds',
      help: `How late the event loop was, looked at every ${RESOLUTION_MS} ms.`,
      buckets: SECONDS,
      registers: [registry],
    });
    let last = performance.now();
    this.timer = setInterval(() => {
      const now = performance.now();
      this.lag.observe(Math.max(0, now - last - RESOLUTION_MS) / 1000);
      last = now;
    }, RESOLUTION_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
