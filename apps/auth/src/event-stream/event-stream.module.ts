import { Module } from '@nestjs/common';
import { MetricsModule } from '../metrics/metrics.module.js';
import { EventStreamWorker } from './event-stream.worker.js';

/** What happens at accounts, told to the operator's receiver. */
@Module({ imports: [MetricsModule], providers: [EventStreamWorker] })
export class EventStreamModule {}
