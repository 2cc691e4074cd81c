import { Module } from '@nestjs/common';
import { DoorController } from './door.controller.js';

/** What stands at the address of the service itself. */
@Module({ controllers: [DoorController] })
export class DoorModule {}
