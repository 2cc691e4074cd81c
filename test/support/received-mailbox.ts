import type { MailboxMessage } from '@app/delivery';
import PostalMime from 'postal-mime';
import type { ReceivedMail, SmtpReceiver } from './smtp-receiver.js';
import { until } from './until.js';

type Received = Pick<MailboxMessage, 'to' | 'subject' | 'text'>;

/** The mails that processes of the service have sent by SMTP, as `TestMailbox` has them of one in this process. */
export class ReceivedMailbox {
  private readonly received: Received[] = [];

  constructor(receiver: SmtpReceiver) {
    receiver.onMail = (mail) => this.keep(mail);
  }

  count(to: string): number {
    return this.messages(to).length;
  }

  /** The mail that came last, once there are `count` of them. */
  async newest(to: string, count = 1): Promise<Received> {
    await until(() => this.count(to) >= count, `mail ${count} to ${to}`);
    return this.messages(to)[0] as Received;
  }

  async code(to: string, count = 1): Promise<string> {
    const { text } = await this.newest(to, count);
    return /\b\d{6}\b/.exec(text)?.[0] as string;
  }

  private messages(to: string) {
    return this.received.filter((mail) => mail.to === to);
  }

  private async keep({ to, raw }: ReceivedMail): Promise<void> {
    const { subject, text } = await PostalMime.parse(raw);
    for (const address of to)
      this.received.unshift({ to: address, subject: subject ?? null, text: text ?? '' });
  }
}
