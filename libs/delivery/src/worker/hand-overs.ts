import { Logger } from '@nestjs/common';
import type { Channel, ClaimedMessage, MessageState } from '../message.js';

/** What became of a message at one look at it: how a try ended, or why there was none. */
export interface HandOver {
  channel: Channel;
  template: string;
  /** Absent where no provider had it. */
  provider?: string;
  outcome: Exclude<MessageState, 'queued'> | 'retry';
  tries: number;
  /** How long the provider took, and how long a connection to it was waited for. */
  tookSeconds?: number;
  /** Since the message was queued. */
  waitedSeconds: number;
}

export type HandOverListener = (handOver: HandOver) => void;

const LEVELS: Partial<Record<HandOver['outcome'], 'warn' | 'error' | 'debug'>> = {
  expired: 'warn',
  refused: 'warn',
  retry: 'warn',
  failed: 'error',
  discarded: 'debug',
};

/** The one place that hears of every outcome: it tells the log, and whoever counts. */
export class HandOvers {
  private readonly listeners: HandOverListener[] = [];

  constructor(private readonly logger: Logger) {}

  /** A listener must not throw, and is in the way of the next message. */
  on(listener: HandOverListener): void {
    this.listeners.push(listener);
  }

  /** `reason`: in our words, without a secret or an address. */
  tell(message: ClaimedMessage, handOver: HandOver, reason?: string): void {
    const level = LEVELS[handOver.outcome];
    const by = handOver.provider ? ` by ${handOver.provider}` : '';
    if (level)
      this.logger[level](`${nameOf(message)} ${handOver.outcome}${by}${reason ? `: ${reason}` : ''}`);
    for (const listener of this.listeners) listener(handOver);
  }
}

/** What a message is called in the log. */
export const nameOf = (message: ClaimedMessage): string =>
  `${message.channel} ${message.id} (${message.template})`;
