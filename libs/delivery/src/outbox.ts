import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { Database, exists, ofOne, part, type Part, sql, statement, type Sql } from '@app/database';
import { KeyRing, type RequestContext } from '@app/kernel';
import { asOf, queued, type Backlog, type Queued } from './backlog.js';
import { enqueueWithin, QUEUED } from './enqueue.js';
import type { Share } from './limits/share.js';
import { CHANNELS, type NewMessage } from './message.js';
import type { Recipient } from './recipient.js';
import { DeliveryWorker } from './worker/delivery.worker.js';
import type { HandOverListener } from './worker/hand-overs.js';

/** Where flows leave their messages: in the same statement as what the message is about, so neither goes without the other. */
@Injectable()
export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly keyRing: KeyRing,
    private readonly config: Config,
    private readonly worker: DeliveryWorker,
  ) {
    for (const channel of CHANNELS) database.on(QUEUED[channel], () => this.worker.wakeFor(channel));
  }

  /** See `enqueueWithin`; `share`: out of which one of its recipient it goes. */
  enqueue(
    call: RequestContext,
    share: Share,
    message: NewMessage,
    recipient: Part<Recipient> | Sql,
  ): Part<{ id: string }> {
    return enqueueWithin(this.config.recipients, this.keyRing, message, { call, share }, recipient);
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

const columns = { messages: ofOne(queued, 'messages'), oldest: ofOne(queued, 'oldest') };
/** No row ever; what counts is that it is not refused. */
const writable = part('writable', sql`SELECT FROM messages WHERE false FOR UPDATE`);
