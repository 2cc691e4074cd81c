import { Injectable } from '@nestjs/common';
import { Database, exists, ofOne, part, Part, sql, statement, type Sql } from '@app/database';
import { KeyRing } from '@app/kernel';
import { sealFacts } from './facts.js';
import { CHANNELS, type Channel, type NewMessage } from './message.js';
import { DeliveryWorker } from './worker/delivery.worker.js';
import type { HandOverListener } from './worker/hand-overs.js';

/** What waits to be handed over, be it for a worker, for the next try or for the end of a hand-over. */
export interface Backlog {
  messages: number;
  /** Age of the one that has waited longest; 0 when none waits. */
  oldestSeconds: number;
}

/** Where flows leave their messages: in the same statement as what the message is about, so neither goes without the other. */
@Injectable()
export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly keyRing: KeyRing,
    private readonly worker: DeliveryWorker,
  ) {
    for (const channel of CHANNELS) database.on(QUEUED[channel], () => this.worker.wakeFor(channel));
  }

  /** See `enqueue`. */
  enqueue(message: NewMessage, now: Date, recipient: Part<Recipient> | Sql): Part<{ id: string }> {
    return enqueue(this.keyRing, message, now, recipient);
  }

  /** Has this replica look for messages now, as happens by itself when a statement with a message has come back; never throws. */
  wake(): void {
    this.worker.wake();
  }

  /** Has `listener` told of every outcome of a message at this replica: of each try, and of those that ended unsent. */
  onHandOver(listener: HandOverListener): void {
    this.worker.onHandOver(listener);
  }

  /** A mail server or a worker that has gone away shows here. */
  async backlog(now: Date): Promise<Backlog> {
    return asOf(now, await this.database.row<Queued>(queued));
  }

  /**
   * The same, if messages can be written as well: what a replica, a demoted primary and missing rights refuse, without writing
   * anything.
   *
   * @throws AuthError `database_unavailable`
   */
  async writableBacklog(now: Date): Promise<Backlog> {
    return asOf(now, await this.database.row<Queued>(statement({ ...columns, writable: exists(writable) })));
  }
}

interface Queued {
  messages: string;
  oldest: Date | null;
}

const queued = part<Queued>(
  'queued',
  sql`SELECT count(*) AS messages, min(created_at) AS oldest FROM messages WHERE state = 'queued'`,
);
const columns = { messages: ofOne(queued, 'messages'), oldest: ofOne(queued, 'oldest') };
/** No row ever; what counts is that it is not refused. */
const writable = part('writable', sql`SELECT FROM messages WHERE false FOR UPDATE`);

function asOf(now: Date, row: Queued | undefined): Backlog {
  const oldestMs = row?.oldest ? now.getTime() - row.oldest.getTime() : 0;
  return { messages: Number(row?.messages ?? 0), oldestSeconds: Math.max(0, Math.floor(oldestMs / 1000)) };
}

/** Where a message goes, and in whose name; a null address is nowhere. */
export interface Recipient {
  address: string | null;
  language: string;
  account_id: string | null;
}

const QUEUED = { email: 'mail', sms: 'text' } as const satisfies Record<Channel, string>;

/**
 * Queues the message for its recipient, of which there is at most one. No row, or no address: no message and no error, so that
 * whoever has no address is answered like everybody else. For a process without a worker too: one of a replica finds it.
 */
export function enqueue(
  keyRing: KeyRing,
  message: NewMessage,
  now: Date,
  recipient: Part<Recipient> | Sql,
): Part<{ id: string }> {
  const to = recipient instanceof Part ? sql`${recipient}` : sql`(${recipient})`;
  return part(
    'message',
    sql`
    INSERT INTO messages (id, attempt_id, account_id, channel, notice, template, recipient, language, facts_sealed,
      next_try_at, created_at, expires_at)
    SELECT ${message.id}::bigint, ${message.attemptId ?? null}::bigint, r.account_id, ${message.channel},
      ${message.attemptId === undefined}::boolean, ${message.template}, r.address, r.language, ${sealFacts(keyRing, message)}, ${now}::timestamptz, ${now}::timestamptz,
      ${message.expiresAt}::timestamptz
    FROM ${to} r WHERE r.address IS NOT NULL
    RETURNING id`,
    QUEUED[message.channel],
  );
}
