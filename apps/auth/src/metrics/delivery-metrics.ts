import { Injectable } from '@nestjs/common';
import { Outbox, TextsWatch, type Backlog, type TextsUsed } from '@app/delivery';
import { briefly, Clock } from '@app/kernel';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';

const SECONDS = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
/** Stands for the provider where none had the message: it died waiting. */
const NONE = 'none';

/** What became of mails and texts, and what waits. */
@Injectable()
export class DeliveryMetrics {
  private readonly messages: Gauge;
  private readonly oldest: Gauge;
  private readonly texts: Gauge;
  private readonly textsLimit: Gauge;
  private readonly backlog: () => Promise<Backlog>;
  private readonly textsUsed: () => Promise<TextsUsed>;

  constructor(registry: Registry, outbox: Outbox, textsWatch: TextsWatch, clock: Clock) {
    const registers = [registry];
    const gauge = (name: string, help: string) => new Gauge({ name, help, registers });
    this.messages = gauge('countersign_outbox_messages', 'Messages that wait to be handed over.');
    this.oldest = gauge('countersign_outbox_oldest_seconds', 'How long the oldest of them has waited.');
    this.texts = gauge('countersign_texts_used', 'Texts that count towards SMS_DAILY_LIMIT.');
    this.textsLimit = gauge('countersign_texts_limit', 'SMS_DAILY_LIMIT.');
    const sends = new Counter({
      name: 'countersign_sends_total',
      help: 'Hand-overs of messages by how they ended; retry: to be tried again.',
      labelNames: ['channel', 'provider', 'outcome'],
      registers,
    });
    const took = new Histogram({
      name: 'countersign_send_seconds',
      help: 'How long hand-overs took.',
      labelNames: ['channel', 'provider'],
      buckets: SECONDS,
      registers,
    });
    this.backlog = briefly(() => outbox.backlog(clock.now()));
    this.textsUsed = briefly(() => textsWatch.used(clock.now()));
    outbox.onHandOver(({ channel, provider = NONE, outcome, tookSeconds }) => {
      sends.labels(channel, provider, outcome).inc();
      if (tookSeconds !== undefined) took.labels(channel, provider).observe(tookSeconds);
    });
  }

  /** Asks what waits. What is not known must not hide the rest: while the database is away, requests are what one wants to see. */
  async read(): Promise<void> {
    const unknown = { messages: NaN, oldestSeconds: NaN };
    const backlog = await this.backlog().catch(() => unknown);
    this.messages.set(backlog.messages);
    this.oldest.set(backlog.oldestSeconds);
    const used = await this.textsUsed().catch(() => ({ texts: NaN, limit: NaN }));
    this.texts.set(used.texts);
    this.textsLimit.set(used.limit);
  }
}
