import type { Clock } from '@app/kernel';
import type { HandOverVerdict } from '../message.js';
import type { OutgoingText, Sender } from '../senders/sender.js';
import type { Mailbox } from './mailbox.js';

/** Puts texts into the development mailbox. */
export class MailboxTextSender implements Sender<'sms'> {
  constructor(
    private readonly mailbox: Mailbox,
    private readonly clock: Clock,
  ) {}

  send({ id, to, text }: OutgoingText): Promise<HandOverVerdict> {
    this.mailbox.put({
      id,
      channel: 'sms',
      to,
      subject: null,
      text,
      html: null,
      createdAt: this.clock.now(),
    });
    return Promise.resolve({ outcome: 'sent' });
  }
}
