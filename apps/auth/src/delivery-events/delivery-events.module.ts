import { Module } from '@nestjs/common';
import { DeliveryModule } from '@app/delivery';
import { DeliveryEventsController } from './delivery-events.controller.js';

/** What comes back from those that messages are handed to. */
@Module({ imports: [DeliveryModule], controllers: [DeliveryEventsController] })
export class DeliveryEventsModule {}
