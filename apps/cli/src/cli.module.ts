import { Module, type DynamicModule } from '@nestjs/common';
import { AccountsModule } from '@app/accounts';
import { AttemptsModule } from '@app/attempts';
import { ConfigModule, type Config } from '@app/config';
import { DatabaseModule } from '@app/database';
import { WordsModule } from '@app/pages';
import { ServerKeysModule } from '@app/server-keys';
import { OwnerNotices } from '@app/sign-in';
import { TokensModule } from '@app/tokens';
import { dataSourceOptions } from '../../../ormconfig.js';
import { AccountStateService } from './account-state.service.js';
import { AccountsService } from './accounts.service.js';
import { AttemptsService } from './attempts.service.js';
import { AuditService } from './audit.service.js';
import { IdentitiesService } from './identities.service.js';
import { KeyRingService } from './key-ring.service.js';
import { KeysService } from './keys.service.js';
import { MailedKeysService } from './mailed-keys.service.js';
import { NamesService } from './names.service.js';
import { ResealService } from './reseal.service.js';
import { ServiceKeysService } from './service-keys.service.js';
import { SessionsService } from './sessions.service.js';

const POOL_SIZE = 2;

/** What the commands need of the house: no HTTP and no delivery, which is the service's to do. */
@Module({})
export class CliModule {
  static forRoot(config: Config, databaseUrl: string): DynamicModule {
    const { pooler } = config.database;
    return {
      module: CliModule,
      imports: [
        ConfigModule.forRoot(config),
        DatabaseModule.forRoot(() => dataSourceOptions(databaseUrl, POOL_SIZE, pooler), { pooler }),
        WordsModule,
        ServerKeysModule,
        AccountsModule,
        AttemptsModule,
        TokensModule,
      ],
      providers: [
        OwnerNotices,
        AccountsService,
        AccountStateService,
        SessionsService,
        AttemptsService,
        KeysService,
        KeyRingService,
        ServiceKeysService,
        ResealService,
        MailedKeysService,
        IdentitiesService,
        NamesService,
        AuditService,
      ],
    };
  }
}
