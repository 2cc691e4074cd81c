import { Module, type DynamicModule } from '@nestjs/common';
import { AdministrationModule } from '@app/administration';
import { ConfigModule, type Config } from '@app/config';
import { DatabaseModule } from '@app/database';
import { OperatorsModule } from '@app/operators';
import { WordsModule } from '@app/pages';
import { ServerKeysModule } from '@app/server-keys';
import { dataSourceOptions } from '../../../ormconfig.js';

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
        AdministrationModule,
        OperatorsModule,
      ],
    };
  }
}
