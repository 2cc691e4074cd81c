import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule, ThrottlerStorage, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { Database } from '@app/database';
import { Clock, KeyRing } from '@app/kernel';
import { LimitsGuard } from './limits.guard.js';
import { PostgresThrottlerStorage } from './postgres-throttler.storage.js';
import { RowLimits } from './row-limits.js';

/** Every route of the application behind one guard, counting in Postgres. */
@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [Database, Clock, KeyRing],
      useFactory: (database: Database, clock: Clock, keys: KeyRing): ThrottlerModuleOptions => ({
        throttlers: [],
        storage: new PostgresThrottlerStorage(database, clock, keys),
      }),
    }),
  ],
  providers: [
    { provide: PostgresThrottlerStorage, useExisting: ThrottlerStorage },
    RowLimits,
    { provide: APP_GUARD, useClass: LimitsGuard },
  ],
  exports: [PostgresThrottlerStorage, RowLimits],
})
export class ThrottleModule {}
