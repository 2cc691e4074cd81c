import type { MailboxMessage } from '@app/delivery';
import PostalMime from 'postal-mime';
import { MailboxReader } from './mailbox-reader.js';
import type { ReceivedMail, SmtpReceiver } from './smtp-receiver.js';

type Received = Pick<MailboxMessage, 'to' | 'subject' | 'text'>;

/** The mails that processes of the service have sent by SMTP, as `TestMailbox` has them of one in this process. */
export class ReceivedMailbox extends MailboxReader<Received> {
  private readonly received: Received[] = [];

  constructor(receiver: SmtpReceiver) {
    super();
    receiver.onMail = (mail) => this.keep(mail);
  }

  override messages(to: string): Received[] {
    return this.received.filter((mail) => mail.to === to);
  }

  private async keep({ to, raw }: ReceivedMail): Promise<void> {
    const { subject, text } = await PostalMime.parse(raw);
    for (const address of to)
      this.received.unshift({ to: address, subject: subject ?? null, text: text ?? '' });
  }
}
