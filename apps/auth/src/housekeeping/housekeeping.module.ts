import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { DeletionModule } from '@app/administration';
import { DeliveryModule } from '@app/delivery';
import { MetricsModule } from '../metrics/metrics.module.js';
import { Duties } from './duties.js';
import { DueDeletions } from './due-deletions.service.js';
import { HousekeepingService } from './housekeeping.service.js';
import { UnprovenAccounts } from './unproven-accounts.service.js';

@Module({
  imports: [ScheduleModule.forRoot(), DeliveryModule, DeletionModule, MetricsModule],
  providers: [Duties, HousekeepingService, UnprovenAccounts, DueDeletions],
})
export class HousekeepingModule {}
