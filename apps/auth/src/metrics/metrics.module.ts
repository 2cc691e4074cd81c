import { Module } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { DeliveryModule } from '@app/delivery';
import { Registry } from 'prom-client';
import { DeliveryMetrics } from './delivery-metrics.js';
import { EventStreamMetrics } from './event-stream-metrics.js';
import { HousekeepingMetrics } from './housekeeping-metrics.js';
import { MetricsController } from './metrics.controller.js';
import { MetricsService } from './metrics.service.js';
import { OutcomeMetrics } from './outcome-metrics.js';
import { ResourceMetrics } from './resource-metrics.js';

@Module({
  imports: [AccountsModule, DeliveryModule],
  controllers: [MetricsController],
  providers: [
    { provide: Registry, useFactory: () => new Registry() },
    DeliveryMetrics,
    EventStreamMetrics,
    HousekeepingMetrics,
    MetricsService,
    OutcomeMetrics,
    ResourceMetrics,
  ],
  exports: [EventStreamMetrics, HousekeepingMetrics, MetricsService],
})
export class MetricsModule {}
