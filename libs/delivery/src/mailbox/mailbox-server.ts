import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '@app/kernel';
import PostalMime from 'postal-mime';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import { Mailbox } from './mailbox.js';

const LARGEST_BYTES = 1 << 20;

/**
 * The mail server of the development mailbox. A real one, so that in development a mail goes the way it goes in
 * production: composed, spoken over SMTP, parsed.
 */
@Injectable()
export class MailboxServer implements OnApplicationShutdown {
  private server?: SMTPServer;

  constructor(
    private readonly mailbox: Mailbox,
    private readonly clock: Clock,
  ) {}

  /** Listens on a free port of this machine alone and answers its URL. */
  async listen(): Promise<string> {
    this.server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      size: LARGEST_BYTES,
      closeTimeout: 100,
      onData: (stream, session, done) => this.receive(stream, session).then(() => done(), done),
    });
    const listening = this.server.listen(0, '127.0.0.1');
    await once(listening, 'listening');
    return `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`;
  }

  async onApplicationShutdown(): Promise<void> {
    await new Promise<void>((resolve) => (this.server ? this.server.close(resolve) : resolve()));
  }

  private async receive(stream: SMTPServerDataStream, session: SMTPServerSession): Promise<void> {
    const { messageId, subject, text, html } = await PostalMime.parse(await buffer(stream));
    for (const { address } of session.envelope.rcptTo) {
      this.mailbox.put({
        id: messageId?.replace(/^</, '').split('@')[0] ?? session.id,
        channel: 'email',
        to: address,
        subject: subject ?? '',
        text: text ?? '',
        html: html ?? null,
        createdAt: this.clock.now(),
      });
    }
  }
}
