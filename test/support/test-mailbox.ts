import type { INestApplication } from '@nestjs/common';
import { Mailbox, type MailboxMessage } from '@app/delivery';
import { until } from './until.js';

/** The mails and texts the service really handed over, by SMTP, to its development mailbox. */
export class TestMailbox {
  private readonly mailboxes: Mailbox[] = [];

  constructor(nest: INestApplication) {
    this.join(nest);
  }

  /** Looks into a replica's mailbox too: any worker may hand a message over. */
  join(nest: INestApplication): void {
    this.mailboxes.push(nest.get(Mailbox, { strict: false }));
  }

  count(to: string): number {
    return this.messages(to).length;
  }

  /** The newest message to an address, once there are `count` of them. */
  async newest(to: string, count = 1): Promise<MailboxMessage> {
    await until(() => this.count(to) >= count);
    return this.messages(to)[0] as MailboxMessage;
  }

  /** Newest first. */
  messages(to: string): MailboxMessage[] {
    const all = this.mailboxes.flatMap((mailbox) => mailbox.messages(to));
    return all.sort((a, b) => Number(BigInt(b.id) - BigInt(a.id)));
  }

  /** The code in that message. One that tells something and has no code may come before it. */
  async code(to: string, count = 1): Promise<string> {
    const newest = async () => /\b\d{6}\b/.exec((await this.newest(to, count)).text)?.[0] ?? '';
    await until(async () => (await newest()) !== '', 'a message with a code');
    return newest();
  }
}
