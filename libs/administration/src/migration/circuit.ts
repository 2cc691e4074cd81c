import { performance } from 'node:perf_hooks';

const FAILURES = 5;
const REST_MS = 30_000;

/** Leaves another system alone for half a minute after five failures in a row. Behind that one call tries it, and the others wait for its end. */
export class Circuit {
  private failures = 0;
  private restsUntil = -Infinity;

  get isOpen(): boolean {
    return performance.now() < this.restsUntil;
  }

  succeeded(): void {
    this.failures = 0;
  }

  failed(): void {
    this.failures += 1;
    if (this.failures >= FAILURES) this.restsUntil = performance.now() + REST_MS;
  }
}
