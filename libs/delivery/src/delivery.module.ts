import { Module } from '@nestjs/common';
import { Config } from '@app/config';
import { Clock } from '@app/kernel';
import { Mailbox } from './mailbox/mailbox.js';
import { MailboxServer } from './mailbox/mailbox-server.js';
import { MailboxTextSender } from './mailbox/mailbox-text.sender.js';
import { Outbox } from './outbox.js';
import { canText } from './senders/can-text.js';
import { Courier } from './senders/courier.js';
import { parseMailFrom } from './senders/mail-from.js';
import { MailSender, TextSender } from './senders/sender.js';
import { SmsWebhookSender } from './senders/sms-webhook.sender.js';
import { SmtpSender } from './senders/smtp.sender.js';
import { UnconfiguredTextSender } from './senders/unconfigured.sender.js';
import { DeliveryWorker } from './worker/delivery.worker.js';
import { MessagesRepository } from './worker/messages.repository.js';

/** Mail goes to the configured server; in development without one, to the mailbox, over SMTP all the same. */
async function mailSender(config: Config, clock: Clock, server: MailboxServer): Promise<MailSender> {
  const { smtpUrl, smtpTimeoutSeconds, mailFrom } = config.delivery;
  const settings = {
    url: smtpUrl ?? (await server.listen()),
    production: config.production,
    timeoutMs: smtpTimeoutSeconds * 1000,
  };
  return new SmtpSender(settings, parseMailFrom(mailFrom), clock);
}

function textSender(config: Config, clock: Clock, mailbox: Mailbox): TextSender {
  const { smsWebhookUrl, smsWebhookSecret } = config.delivery;
  if (!canText(config)) return new UnconfiguredTextSender();
  return smsWebhookUrl && smsWebhookSecret
    ? new SmsWebhookSender(smsWebhookUrl, smsWebhookSecret, clock)
    : new MailboxTextSender(mailbox, clock);
}

/** The outbox and everything behind it: the worker, the senders and, in development, the mailbox. */
@Module({
  providers: [
    Mailbox,
    MailboxServer,
    { provide: MailSender, useFactory: mailSender, inject: [Config, Clock, MailboxServer] },
    { provide: TextSender, useFactory: textSender, inject: [Config, Clock, Mailbox] },
    Courier,
    MessagesRepository,
    DeliveryWorker,
    Outbox,
  ],
  exports: [Outbox, Mailbox],
})
export class DeliveryModule {}
