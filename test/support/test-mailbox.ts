import type { INestApplication } from '@nestjs/common';
import { Mailbox, type MailboxMessage } from '@app/delivery';
import { MailboxReader } from './mailbox-reader.js';

/** The mails and texts the service really handed over, by SMTP, to its development mailbox. */
export class TestMailbox extends MailboxReader<MailboxMessage> {
  private readonly mailboxes: Mailbox[] = [];

  constructor(nest: INestApplication) {
    super();
    this.join(nest);
  }

  /** Looks into a replica's mailbox too: any worker may hand a message over. */
  join(nest: INestApplication): void {
    this.mailboxes.push(nest.get(Mailbox, { strict: false }));
  }

  override messages(to: string): MailboxMessage[] {
    const all = this.mailboxes.flatMap((mailbox) => mailbox.messages(to));
    return all.sort((a, b) => Number(BigInt(b.id) - BigInt(a.id)));
  }
}
