import { Clock } from './clock.js';

const EPOCH_MS = Date.UTC(2025, 0, 1);
const WORKER_BITS = 10n;
const SEQUENCE_BITS = 12n;
export const WORKERS = 1 << Number(WORKER_BITS);

/** No id of before that moment is as large, and none of after it is smaller. */
export function firstIdAt(at: Date): string {
  return (BigInt(Math.max(0, at.getTime() - EPOCH_MS)) << (WORKER_BITS + SEQUENCE_BITS)).toString();
}

/** Whether Postgres's bigint takes a text as an id. */
export function isId(text: string): boolean {
  return /^[0-9]{1,19}$/.test(text) && BigInt(text) < 1n << 63n;
}

/**
 * Time-ordered ids of 63 bits: 41 of milliseconds since 2025, 10 of worker, 12 of sequence. Made by the service and
 * not by the database, so that every part of one statement knows the ids of the others. Strings, because
 * JavaScript's numbers end at 53 bits. No id is a secret.
 *
 * A clock that stands still or goes back does not repeat an id: the last millisecond is kept, and 4,096 ids in
 * one of them borrow from the next.
 */
export class Ids {
  private lastMs = 0n;
  private sequence = 0n;

  /** `worker`: 0…1023, different in each running process (the database hands them out). */
  constructor(
    private readonly clock: Clock,
    private readonly worker: number,
  ) {
    if (!Number.isInteger(worker) || worker < 0 || worker >= WORKERS) {
      throw new RangeError(`worker must be 0…${WORKERS - 1}`);
    }
  }

  next(): string {
    const now = BigInt(Math.max(0, this.clock.now().getTime() - EPOCH_MS));
    if (now > this.lastMs) {
      this.lastMs = now;
      this.sequence = 0n;
    } else if (++this.sequence === 1n << SEQUENCE_BITS) {
      this.lastMs += 1n;
      this.sequence = 0n;
    }
    const high = this.lastMs << (WORKER_BITS + SEQUENCE_BITS);
    return (high | (BigInt(this.worker) << SEQUENCE_BITS) | this.sequence).toString();
  }
}
