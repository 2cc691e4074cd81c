import { Module } from '@nestjs/common';
import { EventStreamWorker } from './event-stream.worker.js';

/** What happens at accounts, told to the operator's receiver. */
@Module({ providers: [EventStreamWorker] })
export class EventStreamModule {}
