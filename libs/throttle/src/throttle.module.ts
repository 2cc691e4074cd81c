import { Global, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { ThrottlerModule, ThrottlerStorage, type ThrottlerModuleOptions } from '@nestjs/throttler';
import { Config } from '@app/config';
import { Database } from '@app/database';
import { Clock, KeyRing } from '@app/kernel';
import { LimitsGuard } from './limits.guard.js';
import { LimitsStorage } from './limits-storage.js';
import { PostgresThrottlerStorage } from './postgres-throttler.storage.js';
import { RowLimits } from './row-limits.js';

/** Its client is loaded where there is a Redis, and not at every other start. */
async function inRedis(url: string, database: Database, clock: Clock, keys: KeyRing): Promise<LimitsStorage> {
  const { RedisThrottlerStorage } = await import('./redis-throttler.storage.js');
  return new RedisThrottlerStorage(url, database, clock, keys);
}

/** Every route of the application behind one guard, counting in Postgres or, where one is configured, in a Redis. */
@Global()
@Module({
  imports: [
    ThrottlerModule.forRootAsync({
      inject: [Config, Database, Clock, KeyRing],
      useFactory: async (
        { limits }: Config,
        database: Database,
        clock: Clock,
        keys: KeyRing,
      ): Promise<ThrottlerModuleOptions> => ({
        throttlers: [],
        storage: limits.redisUrl
          ? await inRedis(limits.redisUrl, database, clock, keys)
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
