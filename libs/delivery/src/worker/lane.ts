import type { ClaimedMessage, HandOverVerdict } from '../message.js';
import type { Courier } from '../senders/courier.js';
import type { Provider } from '../senders/sender.js';
import { plusSeconds, type Clock } from '@app/kernel';
import { Alarm } from './alarm.js';
import { Circuit } from './circuit.js';
import type { HandOver, HandOvers } from './hand-overs.js';
import type { MessagesRepository, Place } from './messages.repository.js';
import type { Outage } from './outage.js';
import type { Recorder } from './recorder.js';
import { retryDelaySeconds } from './retry-delay.js';

/** What all lanes of a process have in common. */
export interface Tools {
  messages: MessagesRepository;
  courier: Courier;
  recorder: Recorder;
  handOvers: HandOvers;
  outage: Outage;
  clock: Clock;
  /** Ids of messages that this process has taken and not yet recorded. */
  busy: Set<string>;
  pollSeconds: number;
}

const DEAD = 'before it was sent';
/** With less than this part of its hands free a lane whose queue is long does not look at the table: rows come in batches. */
const PART_OF_HANDS = 1 / 4;

/**
 * One provider's own hands and place in the queue: it takes due messages and hands them over, as many at once as there are free hands and
 * never more than it can begin immediately, so that a lease covers one hand-over and no waiting. Nothing that happens in a lane is in the
 * way of another.
 */
export class Lane {
  readonly circuit = new Circuit();
  private readonly alarm = new Alarm();
  private readonly inHand = new Set<Promise<void>>();
  private sending = 0;
  private moreWaits = false;
  private stopping = false;

  /** `peers`: the lanes of the same channel, this one among them, in the order of preference. */
  constructor(
    readonly provider: Provider,
    private readonly peers: readonly Lane[],
    private readonly tools: Tools,
  ) {}

  wake(): void {
    this.alarm.ring();
  }

  /** The same for a new message, which is named to nobody. */
  wakeForNew(): void {
    if (this.takesAny(this.tools.clock.now())) this.alarm.ring();
  }

  /** Returns when it is stopped and what was in its hands is recorded. */
  async run(): Promise<void> {
    while (!this.stopping) {
      const limit = this.limit();
      const taken = limit > 0 ? await this.look(limit) : 0;
      this.moreWaits = taken === limit;
      if (this.limit() === 0) await this.buryIfNobodyTakes();
      if (!this.moreWaits || this.limit() === 0) await this.alarm.sleep(this.pauseSeconds());
    }
    await Promise.all(this.inHand);
  }

  stop(): void {
    this.stopping = true;
    this.alarm.ring();
  }

  /** How many messages may be taken now. What is sent and waits for its record counts too, beyond as many as there are hands. */
  private limit(): number {
    const { hands } = this.provider;
    const free = Math.min(hands - this.sending, 2 * hands - this.inHand.size);
    const state = this.circuit.state(this.tools.clock.now());
    if (state === 'resting') return 0;
    if (state === 'probing') return this.sending === 0 ? 1 : 0;
    return this.moreWaits && free < hands * PART_OF_HANDS ? 0 : free;
  }

  private pauseSeconds(): number {
    const rest = this.circuit.restSeconds(this.tools.clock.now());
    return rest > 0 ? Math.min(rest, this.tools.pollSeconds) : this.tools.pollSeconds;
  }

  /** How many rows were taken off the queue; none while the database is away. */
  private async look(limit: number): Promise<number> {
    const { messages, outage, clock, busy } = this.tools;
    try {
      const { due, dead } = await messages.claim(clock.now(), this.place(), limit, [...busy]);
      outage.passed();
      for (const message of dead) this.tell(message, { outcome: message.state }, DEAD);
      for (const message of due) this.begin(message);
      return due.length + dead.length;
    } catch (error) {
      outage.failed(error);
      return 0;
    }
  }

  private place(): Place {
    const now = this.tools.clock.now();
    const { channel, name: provider } = this.provider;
    const others = this.peers.filter((peer) => peer !== this && peer.isAsked(now));
    return {
      channel,
      provider,
      takesAny: this.takesAny(now),
      others: others.map((peer) => peer.provider.name),
    };
  }

  /** The first provider that is asked takes what is for nobody; so does one before it that may be well again. */
  private takesAny(now: Date): boolean {
    const first = this.peers.find((peer) => peer.isAsked(now));
    return !first || this.peers.indexOf(this) <= this.peers.indexOf(first);
  }

  private isAsked(now: Date): boolean {
    return this.circuit.state(now) === 'closed';
  }

  private async buryIfNobodyTakes(): Promise<void> {
    const { messages, outage, clock, busy } = this.tools;
    const allRest = this.peers.every(({ circuit }) => circuit.state(clock.now()) === 'resting');
    if (!allRest || this.peers[0] !== this) return;
    try {
      const dead = await messages.bury(clock.now(), this.provider.channel, [...busy]);
      for (const message of dead) this.tell(message, { outcome: message.state }, DEAD);
    } catch (error) {
      outage.failed(error);
    }
  }

  private begin(message: ClaimedMessage): void {
    this.sending += 1;
    this.tools.busy.add(message.id);
    const done = this.handOver(message).finally(() => {
      this.tools.busy.delete(message.id);
      this.inHand.delete(done);
      this.goOn();
    });
    this.inHand.add(done);
  }

  private goOn(): void {
    if (this.moreWaits && this.limit() > 0) this.alarm.ring();
  }

  private async handOver(message: ClaimedMessage): Promise<void> {
    const begun = performance.now();
    const verdict = await this.tools.courier.deliver(message, this.provider);
    const reason = 'reason' in verdict ? verdict.reason : undefined;
    const tookSeconds = (performance.now() - begun) / 1000;
    this.tell(message, { outcome: verdict.outcome, provider: this.provider.name, tookSeconds }, reason);
    this.sending -= 1;
    if (this.circuit.note(message.id, verdict, this.tools.clock.now()))
      for (const peer of this.peers) peer.wake();
    this.goOn();
    const next = this.nextTry(message, verdict);
    const provider = this.provider.name;
    await this.tools.recorder.record({
      message,
      provider,
      verdict,
      endedAt: this.tools.clock.now(),
      ...next,
    });
    if (next.nextProvider) this.peers.find((peer) => peer.provider.name === next.nextProvider)?.wake();
  }

  /**
   * The next provider gets it at once, so that a message does not wait for the one that failed; after the last of them it waits, and
   * begins with the first.
   */
  private nextTry(
    { tries }: ClaimedMessage,
    verdict: HandOverVerdict,
  ): { nextTryAt: Date; nextProvider?: string } {
    const now = this.tools.clock.now();
    if (verdict.outcome !== 'retry') return { nextTryAt: now };
    const after = this.peers.slice(this.peers.indexOf(this) + 1);
    const next = after.find((peer) => peer.isAsked(now));
    if (next && verdict.fault !== 'ours') return { nextTryAt: now, nextProvider: next.provider.name };
    const seconds = Math.max(
      retryDelaySeconds(Math.ceil(tries / this.peers.length)),
      verdict.retryAfterSeconds ?? 0,
    );
    return { nextTryAt: plusSeconds(now, seconds) };
  }

  private tell(
    message: ClaimedMessage,
    how: Pick<HandOver, 'outcome' | 'provider' | 'tookSeconds'>,
    reason?: string,
  ): void {
    const { channel, template, tries, createdAt } = message;
    const waitedSeconds = (this.tools.clock.now().getTime() - createdAt.getTime()) / 1000;
    this.tools.handOvers.tell(message, { channel, template, tries, waitedSeconds, ...how }, reason);
  }
}
