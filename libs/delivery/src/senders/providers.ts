import type { OnApplicationShutdown } from '@nestjs/common';
import type { Config, MailProvider, TextProvider } from '@app/config';
import type { Clock } from '@app/kernel';
import type { Mailbox } from '../mailbox/mailbox.js';
import { MailboxTextSender } from '../mailbox/mailbox-text.sender.js';
import { reportsUrl } from '../reports/delivery-reports.js';
import { parseMailFrom } from './mail-from.js';
import { Providers, type Provider, type Sender } from './sender.js';
import { SmtpSender } from './smtp.sender.js';
import { TwilioSender } from './twilio.sender.js';
import { VonageSender } from './vonage.sender.js';
import { WebhookSender } from './webhook.sender.js';

/** For each connection, one mail that it carries and one that waits for it: none is idle while the next mails are claimed. */
const MAILS_FOR_CONNECTION = 2;

/** The providers that the variables name; where they name none in development, the mailbox. */
export class ConfiguredProviders extends Providers implements OnApplicationShutdown {
  readonly email: readonly Provider<'email'>[];
  readonly sms: readonly Provider<'sms'>[];

  /** `mailboxUrl`: of the mailbox's own mail server, where there is one. */
  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly mailbox: Mailbox,
    mailboxUrl?: string,
  ) {
    super();
    const { mailProviders, textProviders } = config.delivery;
    const mails = mailboxUrl ? [{ kind: 'smtp', name: 'mailbox', url: mailboxUrl } as const] : mailProviders;
    this.email = mails.map((settings) => this.mailProvider(settings));
    this.sms = textProviders.length
      ? textProviders.map((settings) => this.textProvider(settings))
      : this.noTexts();
  }

  onApplicationShutdown(): void {
    for (const { sender } of [...this.email, ...this.sms]) sender.close?.();
  }

  private mailProvider(settings: MailProvider): Provider<'email'> {
    const { name, kind } = settings;
    const { smtpConnections } = this.config.delivery;
    return {
      channel: 'email',
      name,
      hands: kind === 'smtp' ? smtpConnections * MAILS_FOR_CONNECTION : smtpConnections,
      sender: this.mails(settings),
    };
  }

  private mails({ kind, url }: MailProvider): Sender<'email'> {
    const { delivery, production } = this.config;
    if (kind === 'webhook')
      return new WebhookSender<'email'>({ url, secrets: delivery.webhookSecrets }, this.clock);
    const settings = {
      url,
      production,
      timeoutMs: delivery.smtpTimeoutSeconds * 1000,
      connections: delivery.smtpConnections,
      clientName: delivery.smtpClientName,
    };
    return new SmtpSender(settings, parseMailFrom(delivery.mailFrom), this.clock);
  }

  private textProvider(settings: TextProvider): Provider<'sms'> {
    const { name } = settings;
    return { channel: 'sms', name, hands: this.config.delivery.smsConnections, sender: this.texts(settings) };
  }

  private texts(settings: TextProvider): Sender<'sms'> {
    const { webhookSecrets, smsWebhookSecret = '' } = this.config.delivery;
    switch (settings.kind) {
      case 'twilio':
        return new TwilioSender(settings, this.clock, reportsUrl(this.config));
      case 'vonage':
        return new VonageSender(settings, this.clock);
      case 'webhook':
        return new WebhookSender<'sms'>({ url: settings.url, secrets: webhookSecrets }, this.clock);
      case 'own_webhook': {
        const [ownSecret, ...secrets] = smsWebhookSecret.split(/,(?=whsec_)/);
        return new WebhookSender<'sms'>({ url: settings.url, secrets, ownSecret }, this.clock);
      }
    }
  }

  /** Where nothing carries texts they are refused at once and on record, instead of waiting for their end. */
  private noTexts(): Provider<'sms'>[] {
    const hands = this.config.delivery.smsConnections;
    if (this.mailbox.open)
      return [
        { channel: 'sms', name: 'mailbox', hands, sender: new MailboxTextSender(this.mailbox, this.clock) },
      ];
    const send = () => Promise.resolve({ outcome: 'refused', reason: 'SMS_URL is not set' } as const);
    return [{ channel: 'sms', name: 'none', hands, sender: { send } }];
  }
}
