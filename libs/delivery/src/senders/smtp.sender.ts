import type { OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@app/kernel';
import { createTransport, type NodemailerError } from 'nodemailer';
import type { HandOverVerdict } from '../message.js';
import { isDeliverable } from './address.js';
import type { MailFrom } from './mail-from.js';
import { MailSender, type OutgoingMail } from './sender.js';
import { smtpOptions, type SmtpSettings } from './smtp-options.js';

/** Mails over SMTP, on a few connections that are kept open. */
export class SmtpSender extends MailSender implements OnApplicationShutdown {
  private readonly transport;

  constructor(
    settings: SmtpSettings,
    private readonly from: MailFrom,
    private readonly clock: Clock,
  ) {
    super();
    this.transport = createTransport(smtpOptions(settings));
  }

  async send(mail: OutgoingMail, limit: AbortSignal): Promise<HandOverVerdict> {
    if (!isDeliverable(mail.to))
      return { outcome: 'refused', reason: 'not an address a mail can be sent to' };
    try {
      await this.transport.sendMail({ ...this.compose(mail), signal: limit });
      return { outcome: 'sent' };
    } catch (error) {
      return verdictOf(error as NodemailerError);
    }
  }

  onApplicationShutdown(): void {
    this.transport.close({ force: true });
  }

  private compose({ id, to, language, subject, text, html }: OutgoingMail) {
    const { name, address, domain } = this.from;
    return {
      // The same at each try: a receiver, or whoever looks into it, can tell a copy from a second mail.
      messageId: `<${id}@${domain}>`,
      date: this.clock.now(),
      from: { name, address },
      // Objects and an envelope of its own: no text is parsed again as a list of addresses.
      to: { name: '', address: to },
      envelope: { from: address, to: [to] },
      headers: {
        'Auto-Submitted': 'auto-generated',
        'X-Auto-Response-Suppress': 'All',
        'Content-Language': language,
      },
      subject,
      text,
      html,
    };
  }
}

/**
 * Only a recipient that the server refuses for good is refused; what else goes wrong may be put right while the
 * message lives. The server's own words stay out of it: they repeat the address.
 */
function verdictOf(error: NodemailerError): HandOverVerdict {
  const outcome = error.permanent && error.command === 'RCPT TO' ? 'refused' : 'retry';
  const reply = /^\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?/.exec(error.response ?? '')?.[0];
  const parts = [error.command, reply ?? error.code ?? error.name, reply ? undefined : error.originalCode];
  return { outcome, reason: parts.filter(Boolean).join(' ') };
}
