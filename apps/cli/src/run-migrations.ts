import { migrate, type MigrationOptions } from '@app/database';
import type { DataSourceOptions, MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { migrationsIn } from './on-database.js';

export interface RunMigration {
  name: string;
  milliseconds: number;
}

type MigrationClass = new () => MigrationInterface;

/** Runs the pending migrations of the database at `url`, as the service does when it starts. */
export async function runMigrations(url: string, how: Required<MigrationOptions>): Promise<RunMigration[]> {
  // Says in a sentence what is wrong with a database that cannot be used.
  await migrationsIn(url);
  const times = new Map<string, number>();
  const options = dataSourceOptions(url, 2, how.pooler);
  const timed = (options.migrations as MigrationClass[]).map((migration) => timing(migration, times));
  const ran = await migrate({ ...options, migrations: timed } as DataSourceOptions, how);
  return ran.map((name) => ({ name, milliseconds: Math.round(times.get(name) ?? 0) }));
}

function timing(migration: MigrationClass, times: Map<string, number>): MigrationClass {
  return class extends migration {
    override async up(runner: QueryRunner): Promise<void> {
      const since = performance.now();
      await super.up(runner);
      times.set(this.name ?? migration.name, performance.now() - since);
    }
  };
}
