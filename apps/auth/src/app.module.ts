import { Module, type DynamicModule } from '@nestjs/common';
import { ConfigModule, type Config } from '@app/config';
import { DatabaseModule } from '@app/database';
import { ThrottleModule } from '@app/throttle';
import { dataSourceOptions } from '../../../ormconfig.js';
import { CodeModule } from './code/code.module.js';
import { DevMailboxModule } from './dev-mailbox/dev-mailbox.module.js';
import { HealthModule } from './health/health.module.js';
import { HousekeepingModule } from './housekeeping/housekeeping.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { JwksModule } from './jwks/jwks.module.js';
import { RecoveryModule } from './recovery/recovery.module.js';
import { SessionModule } from './session/session.module.js';
import { MagicLinkModule } from './magic-link/magic-link.module.js';
import { TokenRefreshModule } from './token-refresh/token-refresh.module.js';
import { ProtocolsModule } from './protocols/protocols.module.js';

/** The list of rooms. */
@Module({})
export class AppModule {
  /** `databaseUrl`: of a migrated database. */
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule.forRoot(() => dataSourceOptions(databaseUrl, config.database.poolSize)),
        ThrottleModule,
        ProtocolsModule,
        CodeModule,
        RecoveryModule,
        SessionModule,
        TokenRefreshModule,
        MagicLinkModule,
        HealthModule,
        JwksModule,
        HousekeepingModule,
        MetricsModule,
        ...(config.delivery.smtpUrl ? [] : [DevMailboxModule]),
      ],
    };
  }
}
