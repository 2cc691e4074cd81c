import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule, ThrottlerStorage, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { Clock, KeyRing } from '@app/kernel';
import { LimitsGuard } from './limits.guard.js';
import { LimitsStorage } from './limits-storage.js';
import { PostgresThrottlerStorage } from './postgres-throttler.storage.js';
import { RedisThrottlerStorage } from './redis-throttler.storage.js';
import { RowLimits } from './row-limits.js';

/** Every route of the application behind one guard, counting in Postgres or, where one is configured, in a Redis. */
@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [Config, Database, Clock, KeyRing],
      useFactory: (
        { limits }: Config,
        database: Database,
        clock: Clock,
        keys: KeyRing,
      ): ThrottlerModuleOptions => ({
        throttlers: [],
        storage: limits.redisUrl
          ? new RedisThrottlerStorage(limits.redisUrl, database, clock, keys)
          : new PostgresThrottlerStorage(database, clock, keys),
      }),
    }),
  ],
  providers: [
    { provide: LimitsStorage, useExisting: ThrottlerStorage },
    RowLimits,
    { provide: APP_GUARD, useClass: LimitsGuard },
  ],
  exports: [LimitsStorage, RowLimits],
})
export class ThrottleModule {}
