import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { Clock, Ids, WORKERS } from '@app/kernel';
import { DataSource, type DataSourceOptions } from 'typeorm';
import { Database } from './database.js';
import type { Pooler } from './patience.js';
import { sql } from './sql/sql.js';

/** The connection, the statements and the ids: one of each in a process. */
@Global()
@Module({})
export class DatabaseModule implements OnApplicationShutdown {
  constructor(@Inject(DataSource) private readonly dataSource: DataSource) {}

  /** `options`: of a database that is migrated already (`migrate`); `traced`: see `Database`. */
  static forRoot(
    options: () => DataSourceOptions | Promise<DataSourceOptions>,
    { traced = false, pooler = 'none' }: { traced?: boolean; pooler?: Pooler } = {},
  ): DynamicModule {
    return {
      module: DatabaseModule,
      providers: [
        { provide: DataSource, useFactory: async () => new DataSource(await options()).initialize() },
        {
          provide: Database,
          useFactory: (dataSource: DataSource) => new Database(dataSource, traced, pooler),
          inject: [DataSource],
        },
        { provide: Ids, useFactory: idsOf, inject: [Clock, Database] },
      ],
      exports: [DataSource, Database, Ids],
    };
  }

  /** After the servers and workers have ended: nothing needs the pool any more. */
  async onApplicationShutdown(): Promise<void> {
    if (this.dataSource.isInitialized) await this.dataSource.destroy();
  }
}

/**
 * A worker number of its own for each process, so that no two replicas make the same id. A replica of the database gives none: there a
 * command can read, and no id that it makes is kept.
 */
async function idsOf(clock: Clock, database: Database): Promise<Ids> {
  const row = await database.row<{ worker: string | null }>(sql`
    SELECT CASE WHEN current_setting('transaction_read_only') = 'off' THEN nextval('worker_numbers') END AS worker`);
  return new Ids(clock, Number(row?.worker) % WORKERS);
}
