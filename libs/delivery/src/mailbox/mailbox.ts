import { Injectable } from '@nestjs/common';
import { Config } from '@app/config';
import { identify } from '@app/kernel';
import type { Channel } from '../message.js';

const NEWEST = 500;

/** A mail or text as it arrived. A text has neither subject nor HTML. */
export interface MailboxMessage {
  /** The id in the table of messages; two of the same are copies of one message. */
  id: string;
  channel: Channel;
  to: string;
  subject: string | null;
  text: string;
  html: string | null;
  createdAt: Date;
}

/** Whether there is a mailbox at all: in development, without a mail server of its own. */
export function hasMailbox({ production, delivery }: Config): boolean {
  return !production && delivery.mailProviders.length === 0;
}

/** The development mailbox: in memory, of this process, gone with it. */
@Injectable()
export class Mailbox {
  readonly open: boolean;
  /** Beside each its recipient as it is asked for. */
  private readonly received: { message: MailboxMessage; to: string }[] = [];

  constructor(config: Config) {
    this.open = hasMailbox(config);
  }

  put(message: MailboxMessage): void {
    this.received.unshift({ message, to: identify(message.to).value });
    this.received.length = Math.min(this.received.length, NEWEST);
  }

  /** Newest first; `to` in any spelling (mail servers show a domain as people write it), all when absent. */
  messages(to?: string): MailboxMessage[] {
    const wanted = to === undefined ? undefined : identify(to).value;
    const found = this.received.filter((each) => wanted === undefined || each.to === wanted);
    return found.map(({ message }) => message);
  }
}
