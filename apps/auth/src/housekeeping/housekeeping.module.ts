import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { DeliveryModule } from '@app/delivery';
import { MetricsModule } from '../metrics/metrics.module.js';
import { Duties } from './duties.js';
import { HousekeepingService } from './housekeeping.service.js';
import { UnprovenAccounts } from './unproven-accounts.service.js';

@Module({
  imports: [ScheduleModule.forRoot(), DeliveryModule, MetricsModule],
  providers: [Duties, HousekeepingService, UnprovenAccounts],
})
export class HousekeepingModule {}
