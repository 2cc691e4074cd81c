import 'reflect-metadata';
import type { DataSourceOptions } from 'typeorm';
import { migrations } from '@app/database';

/**
 * The one place that says how to connect: for the service, its command line and its tests.
 * `url`: a Postgres connection URL; `poolSize`: connections of this process, at least 2 (one holds the migration lock).
 */
export function dataSourceOptions(url: string, poolSize = 10): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    poolSize,
    applicationName: 'countersign',
    entities: [],
    migrations,
    migrationsTableName: 'migrations',
    installExtensions: false,
    uuidExtension: 'pgcrypto',
    connectTimeoutMS: 5000,
    extra: { statement_timeout: 15_000, idle_in_transaction_session_timeout: 15_000, keepAlive: true },
  };
}
