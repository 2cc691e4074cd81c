import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { UnprovenAccounts } from './unproven-accounts.service.js';
import { HousekeepingService } from './housekeeping.service.js';

@Module({ imports: [ScheduleModule.forRoot()], providers: [HousekeepingService, UnprovenAccounts] })
export class HousekeepingModule {}
