import type { Clock } from '@app/kernel';
import { createTransport, type NodemailerError } from 'nodemailer';
import type { HandOverVerdict } from '../message.js';
import { isDeliverable } from './address.js';
import type { MailFrom } from './mail-from.js';
import { idOf } from './http-post.js';
import { mimeOf, type Header } from './mime.js';
import type { OutgoingMail, Sender } from './sender.js';
import { smtpOptions, type SmtpSettings } from './smtp-options.js';

/** Mails over SMTP, on a few connections that are kept open. */
export class SmtpSender implements Sender<'email'> {
  private readonly transport;

  constructor(
    settings: SmtpSettings,
    private readonly from: MailFrom,
    private readonly clock: Clock,
  ) {
    this.transport = createTransport(smtpOptions(settings));
  }

  async send(mail: OutgoingMail, limit: AbortSignal): Promise<HandOverVerdict> {
    if (!isDeliverable(mail.to))
      return { outcome: 'refused', reason: 'not an address a mail can be sent to' };
    try {
      // An envelope of its own: no text is parsed again as a list of addresses.
      const envelope = { from: this.from.address, to: [mail.to] };
      const raw = mimeOf(this.headersOf(mail), mail);
      const { response } = await this.transport.sendMail({ raw, envelope, signal: limit });
      return { outcome: 'sent', ...idOf(queueIdOf(response)) };
    } catch (error) {
      return verdictOf(error as NodemailerError);
    }
  }

  close(): void {
    this.transport.close({ force: true });
  }

  private headersOf({ id, to, language, subject }: OutgoingMail): Header[] {
    const { name, address, domain } = this.from;
    return [
      { key: 'From', value: { name, address } },
      { key: 'To', value: { name: '', address: to } },
      { key: 'Subject', value: subject },
      { key: 'Date', value: this.clock.now() },
      // The same at each try: a receiver, or whoever looks into it, can tell a copy from a second mail.
      { key: 'Message-ID', value: `<${id}@${domain}>` },
      { key: 'Auto-Submitted', value: 'auto-generated' },
      { key: 'X-Auto-Response-Suppress', value: 'All' },
      { key: 'Content-Language', value: language },
      // RFC 2919: by which a reader, or a filter of theirs, knows all that the service sends.
      { key: 'List-Id', value: `<account.${domain}>` },
    ];
  }
}

/** What the server calls the mail, where it says so in one of the known ways; its other words may repeat the address. */
function queueIdOf(response: string | undefined): string | undefined {
  return /^250[ -](?:2\.\d\.\d )?(?:ok:? )?(?:queued as |id=)?([\w.-]{8,80})$/i.exec(
    response?.trim() ?? '',
  )?.[1];
}

/**
 * Only a recipient that the server refuses for good is refused; what else goes wrong may be put right while the message lives. The
 * server's own words stay out of it: they repeat the address. A recipient that is refused for now says nothing about the next mail.
 */
function verdictOf(error: NodemailerError): HandOverVerdict {
  const reply = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(error.response ?? '')?.[0];
  const parts = [error.command, reply ?? error.code ?? error.name, reply ? undefined : error.originalCode];
  const reason = parts.filter(Boolean).join(' ');
  const ofRecipient = error.command === 'RCPT TO' && reply !== undefined && !reply.startsWith('421');
  if (ofRecipient && error.permanent) return { outcome: 'refused', reason };
  return { outcome: 'retry', fault: ofRecipient ? 'message' : 'provider', reason };
}
