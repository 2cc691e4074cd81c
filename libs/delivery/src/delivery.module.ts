import { Module } from '@nestjs/common';
import { Config } from '@app/config';
import { Clock } from '@app/kernel';
import { WordsModule } from '@app/pages';
import { Mailbox } from './mailbox/mailbox.js';
import { MailboxServer } from './mailbox/mailbox-server.js';
import { TextsWatch } from './limits/texts-watch.js';
import { Outbox } from './outbox.js';
import { DeliveryReports } from './reports/delivery-reports.js';
import { Courier } from './senders/courier.js';
import { ConfiguredProviders } from './senders/providers.js';
import { Providers } from './senders/sender.js';
import { DeliveryWorker } from './worker/delivery.worker.js';
import { MessagesRepository } from './worker/messages.repository.js';

/** In development without a mail server, mail goes to the mailbox, over SMTP all the same. */
async function providers(
  config: Config,
  clock: Clock,
  mailbox: Mailbox,
  server: MailboxServer,
): Promise<Providers> {
  const none = config.delivery.mailProviders.length === 0;
  return new ConfiguredProviders(config, clock, mailbox, none ? await server.listen() : undefined);
}

/** The outbox and everything behind it: the worker, the providers and, in development, the mailbox. */
@Module({
  imports: [WordsModule],
  providers: [
    Mailbox,
    MailboxServer,
    { provide: Providers, useFactory: providers, inject: [Config, Clock, Mailbox, MailboxServer] },
    Courier,
    MessagesRepository,
    DeliveryWorker,
    Outbox,
    TextsWatch,
    DeliveryReports,
  ],
  exports: [Outbox, TextsWatch, DeliveryReports, Mailbox],
})
export class DeliveryModule {}
