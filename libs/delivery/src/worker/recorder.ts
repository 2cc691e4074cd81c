import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from '@nestjs/common';
import { StatementError } from '@app/database';
import type { Clock } from '@app/kernel';
import type { ClaimedMessage, HandOverVerdict } from '../message.js';
import { nameOf } from './hand-overs.js';
import type { MessagesRepository } from './messages.repository.js';
import type { Outage } from './outage.js';

const RETRY_MS = 500;
const LAST_TRIES = 4;
const LARGEST_BATCH = 500;
/** SQLSTATE classes that blame a value and not the database: what no repetition mends. */
const OF_A_VALUE = /^(?:22|23|54)/;

/** A hand-over to be written down. */
export interface Ended {
  message: ClaimedMessage;
  provider: string;
  verdict: HandOverVerdict;
  endedAt: Date;
  /** For a retry: who is to have it then, and when. */
  nextProvider?: string;
  nextTryAt: Date;
}

/**
 * Writes down how hand-overs ended: all that have ended while the last statement was under way go with the next one. So a statement is
 * for one message when there is little to do, and for hundreds when there is much.
 *
 * It keeps at it while the database is away: what is sent but not recorded as such would be sent again.
 */
export class Recorder {
  private waiting: { ended: Ended; done: () => void }[] = [];
  private running?: Promise<void>;
  private stopping = false;

  constructor(
    private readonly messages: MessagesRepository,
    private readonly outage: Outage,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Returns when it is written down, or cannot be. Never throws. */
  record(ended: Ended): Promise<void> {
    return new Promise((done) => {
      this.waiting.push({ ended, done });
      this.running ??= this.run().finally(() => (this.running = undefined));
    });
  }

  /** From now on it gives up after a few tries instead of waiting for the database. */
  hurry(): void {
    this.stopping = true;
  }

  private async run(): Promise<void> {
    while (this.waiting.length) {
      const batch = this.waiting.splice(0, LARGEST_BATCH);
      await this.write(batch.map(({ ended }) => ended));
      for (const { done } of batch) done();
    }
  }

  private async write(batch: Ended[]): Promise<void> {
    for (let last = 0; last < LAST_TRIES; last += this.stopping ? 1 : 0) {
      try {
        this.late(batch, await this.messages.settle(batch, this.clock.now()));
        return this.outage.passed();
      } catch (error) {
        if (isOfAValue(error)) return this.setAside(batch, error);
        this.outage.failed(error);
        await pause(RETRY_MS);
      }
    }
    for (const each of batch) this.lost(each, 'the database is away');
  }

  /** One row that cannot be written must not keep the others from it: they are tried in halves until it is alone. */
  private async setAside(batch: Ended[], error: StatementError): Promise<void> {
    const half = Math.ceil(batch.length / 2);
    if (batch.length > 1) {
      await this.write(batch.slice(0, half));
      return this.write(batch.slice(half));
    }
    const [one] = batch;
    if (!one) return;
    if (one.verdict.outcome === 'failed') return this.lost(one, error.message);
    const verdict = { outcome: 'failed' as const, reason: `cannot be recorded (${error.code})` };
    await this.write([{ ...one, provider: '', verdict }]);
  }

  private late(batch: Ended[], settled: ReadonlySet<string>): void {
    for (const { message, verdict } of batch)
      if (!settled.has(message.id))
        this.logger.warn(`${nameOf(message)} ${verdict.outcome}, but after its lease: left to the new owner`);
  }

  private lost({ message, verdict }: Ended, why: string): void {
    this.logger.error(
      `${nameOf(message)} ${verdict.outcome}, which could not be recorded (${why}): it may be sent again`,
    );
  }
}

function isOfAValue(error: unknown): error is StatementError {
  return error instanceof StatementError && OF_A_VALUE.test(error.code);
}
