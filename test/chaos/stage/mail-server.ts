import PostalMime from 'postal-mime';
import { SmtpReceiver, type ReceivedMail } from '../../support/smtp-receiver.js';
import type { CaughtMail } from '../journal.js';
import { freePort } from './free-port.js';

/** A mail server at a port that it keeps, and what it was given. */
export class MailServer {
  readonly caught: (CaughtMail & { text: string })[] = [];
  private receiver: SmtpReceiver | undefined;

  private constructor(private readonly port: number) {}

  static async start(): Promise<MailServer> {
    const server = new MailServer(await freePort());
    await server.up();
    return server;
  }

  get url(): string {
    return `smtp://127.0.0.1:${this.port}/`;
  }

  async up(): Promise<void> {
    this.receiver = await SmtpReceiver.start({ port: this.port });
    this.receiver.onMail = (mail) => this.keep(mail);
  }

  /** Whoever is connected is thrown out, in the middle of a mail too. */
  async down(): Promise<void> {
    this.receiver?.disconnect();
    await this.receiver?.stop();
  }

  to(mailbox: string): string[] {
    return this.caught.filter((mail) => mail.mailbox === mailbox).map(({ text }) => text);
  }

  private async keep({ to, raw }: ReceivedMail): Promise<void> {
    const at = Date.now();
    const { messageId = '', text = '' } = await PostalMime.parse(raw);
    for (const mailbox of to) this.caught.push({ at, mailbox, messageId, text });
  }
}
