import { Module } from '@nestjs/common';
import { DeliveryModule } from '@app/delivery';
import { DevMailboxController } from './dev-mailbox.controller.js';

/** The development mailbox in the browser. Part of the service only where no mail server is configured. */
@Module({ imports: [DeliveryModule], controllers: [DevMailboxController] })
export class DevMailboxModule {}
