import { Module, type DynamicModule } from '@nestjs/common';
import { MigrationModule } from '@app/administration';
import { AuditModule } from '@app/audit';
import { ConfigModule, type Config } from '@app/config';
import { DatabaseModule } from '@app/database';
import { IdempotencyModule } from '@app/idempotency';
import { WordsModule } from '@app/pages';
import { ServerKeysModule } from '@app/server-keys';
import { ThrottleModule } from '@app/throttle';
import { dataSourceOptions } from '../../../ormconfig.js';
import { AdminModule } from './admin/admin.module.js';
import { AccountModule } from './account/account.module.js';
import { CodeModule } from './code/code.module.js';
import { ConsoleModule } from './console/console.module.js';
import { DeliveryEventsModule } from './delivery-events/delivery-events.module.js';
import { DevMailboxModule } from './dev-mailbox/dev-mailbox.module.js';
import { DoorModule } from './door/door.module.js';
import { EventStreamModule } from './event-stream/event-stream.module.js';
import { HealthModule } from './health/health.module.js';
import { HousekeepingModule } from './housekeeping/housekeeping.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { TracingModule } from './tracing/tracing.module.js';
import { JwksModule } from './jwks/jwks.module.js';
import { RecoveryModule } from './recovery/recovery.module.js';
import { SessionCheckModule } from './session-check/session-check.module.js';
import { SessionModule } from './session/session.module.js';
import { MagicLinkModule } from './magic-link/magic-link.module.js';
import { TokenRefreshModule } from './token-refresh/token-refresh.module.js';
import { PagesModule } from './pages/pages.module.js';
import { PasskeysModule } from './passkeys/passkeys.module.js';
import { PasswordResetModule } from './password-reset/password-reset.module.js';
import { SecondFactorsModule } from './second-factors/second-factors.module.js';
import { ProtocolsModule } from './protocols/protocols.module.js';

/** The list of rooms: docs/routes.md says which routes each of them has. */
@Module({})
export class AppModule {
  /** `databaseUrl`: of a migrated database. */
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule.forRoot(
          () => dataSourceOptions(databaseUrl, config.database.poolSize, config.database.pooler),
          {
            pooler: config.database.pooler,
            traced: ['debug', 'trace'].includes(config.log.level),
          },
        ),
        WordsModule,
        ServerKeysModule.forService(),
        ThrottleModule,
        AuditModule,
        IdempotencyModule,
        ProtocolsModule,
        // The five flows.
        CodeModule,
        SessionModule,
        TokenRefreshModule,
        MagicLinkModule,
        RecoveryModule,
        // What rests on them.
        AccountModule,
        SecondFactorsModule,
        PasskeysModule,
        PasswordResetModule,
        PagesModule,
        // What operators and other services read.
        SessionCheckModule,
        AdminModule,
        DoorModule,
        DeliveryEventsModule,
        HealthModule,
        JwksModule,
        HousekeepingModule,
        EventStreamModule,
        MetricsModule,
        TracingModule,
        ...(config.migration ? [MigrationModule] : []),
        ...(config.console.isOn ? [ConsoleModule] : []),
        ...(config.delivery.mailProviders.length ? [] : [DevMailboxModule]),
      ],
    };
  }
}
