import { plusSeconds } from '@app/kernel';
import type { HandOverVerdict } from '../message.js';

const FAILURES = 3;
const SHORTEST_REST_SECONDS = 5;
const LONGEST_REST_SECONDS = 60;
/** Of what a provider may ask for: an operator who mends it does not want to wait for longer. */
const LONGEST_ASKED_SECONDS = 300;

/**
 * Whether a provider is asked at all. It rests when messages fail at it one after another, each of them another one (a single message
 * may have itself to blame), or when it says how long to stay away. After the rest one message tries it: what becomes of that one ends
 * the rest or makes it twice as long.
 */
export class Circuit {
  private readonly failed = new Set<string>();
  private rests = 0;
  private restsUntil?: Date;

  /** `random`: 0…1, so that replicas do not come back together. */
  constructor(private readonly random: () => number = Math.random) {}

  /** `closed`: it is asked; `resting`: it is not; `probing`: the rest is over, and one message may find out. */
  state(now: Date): 'closed' | 'resting' | 'probing' {
    if (!this.restsUntil) return 'closed';
    return now < this.restsUntil ? 'resting' : 'probing';
  }

  /** Seconds until the rest is over; 0 outside of one. */
  restSeconds(now: Date): number {
    return Math.max(0, ((this.restsUntil?.getTime() ?? 0) - now.getTime()) / 1000);
  }

  /** How a try ended. True: the provider rests from now on. */
  note(id: string, verdict: HandOverVerdict, now: Date): boolean {
    if (verdict.outcome === 'retry') {
      if (verdict.fault !== 'provider') return false;
      this.failed.add(id);
      const enough = verdict.retryAfterSeconds !== undefined || this.failed.size >= FAILURES;
      if (!enough && this.state(now) !== 'probing') return false;
      return this.rest(now, verdict.retryAfterSeconds);
    }
    if (verdict.outcome !== 'failed') this.close();
    return false;
  }

  private rest(now: Date, asked: number | undefined): boolean {
    // What was still under way when the rest began says nothing new.
    if (this.state(now) === 'resting') return false;
    const full = Math.min(LONGEST_REST_SECONDS, SHORTEST_REST_SECONDS * 2 ** Math.min(this.rests, 10));
    const seconds = Math.max(full * (1 - this.random() / 2), Math.min(asked ?? 0, LONGEST_ASKED_SECONDS));
    this.restsUntil = plusSeconds(now, seconds);
    this.rests += 1;
    return true;
  }

  private close(): void {
    this.failed.clear();
    this.rests = 0;
    this.restsUntil = undefined;
  }
}
