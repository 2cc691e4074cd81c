import { setTimeout as sleep } from 'node:timers/promises';
import { Pool, type Dispatcher } from 'undici';
import { answerCalls } from '../processes/calls.js';
import '../processes/probe.js';
import type { BenchRequest, Load, Measured } from './load.js';

const now = () => performance.now();

answerCalls({ send: (load: Load) => new Run(load).measure() });
// Between two loads nothing else keeps this process.
process.channel?.ref();

/** One load, from its first request to its last answer. */
class Run {
  private readonly pool: Pool;
  private readonly latencies: number[] = [];
  private readonly times: number[] = [];
  private readonly begun = now();
  private next = 0;
  private failed = 0;
  private firstFailure?: string;

  constructor(private readonly load: Load) {
    this.pool = new Pool(load.url, { connections: load.connections, pipelining: 1 });
  }

  async measure(): Promise<Measured> {
    await (this.load.rate ? this.paced(this.load.rate) : this.unpaced());
    const elapsed = now() - this.begun;
    await this.pool.close();
    const { latencies, failed, firstFailure, times } = this;
    latencies.sort((a, b) => a - b);
    const at = (quantile: number) => latencies[Math.floor(latencies.length * quantile)] ?? 0;
    const answered = latencies.length;
    return { answered, failed, firstFailure, elapsed, p50: at(0.5), p99: at(0.99), times };
  }

  /** Each connection asks again as soon as it has its answer. */
  private async unpaced(): Promise<void> {
    const until = this.begun + this.load.seconds * 1000;
    const connection = async () => {
      while (now() < until && this.hasMore) await this.one(now());
    };
    await Promise.all(Array.from({ length: this.load.connections }, connection));
  }

  private async paced(rate: number): Promise<void> {
    const until = this.begun + this.load.seconds * 1000;
    const all: Promise<void>[] = [];
    for (let due = this.begun; due < until && this.hasMore; due += 1000 / rate) {
      if (due > now()) await sleep(due - now());
      all.push(this.one(due));
    }
    await Promise.all(all);
  }

  private get hasMore(): boolean {
    return this.load.repeats || this.next < this.load.requests.length;
  }

  private async one(due: number): Promise<void> {
    const number = this.next % this.load.requests.length;
    this.next += 1;
    const request = this.load.requests[number] as BenchRequest;
    try {
      const { statusCode, body } = await this.pool.request(request as Dispatcher.RequestOptions);
      const text = await body.text();
      if (statusCode >= 300) throw new Error(`${statusCode} ${text.slice(0, 200)}`);
      this.latencies.push(now() - due);
      if (this.load.keepsTimes) this.times[number] = performance.timeOrigin + now();
    } catch (error) {
      this.failed += 1;
      this.firstFailure ??= (error as Error).message;
    }
  }
}
