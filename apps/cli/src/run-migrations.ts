import { migrate, type MigrationOptions } from '@app/database';
import type { DataSourceOptions, MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { migrationsIn } from './on-database.js';

export interface RunMigration {
  name: string;
  milliseconds: number;
}

const TICK_MS = 5000;

type MigrationClass = new () => MigrationInterface;

/** Runs the pending migrations of the database at `url`, as the service does when it starts. */
export async function runMigrations(url: string, how: Required<MigrationOptions>): Promise<RunMigration[]> {
  // Says in a sentence what is wrong with a database that cannot be used.
  await migrationsIn(url);
  const times = new Map<string, number>();
  const options = dataSourceOptions(url, 2, how.pooler);
  const timed = (options.migrations as MigrationClass[]).map((migration) =>
    timing(migration, times, how.note),
  );
  const ran = await migrate({ ...options, migrations: timed } as DataSourceOptions, how);
  return ran.map((name) => ({ name, milliseconds: Math.round(times.get(name) ?? 0) }));
}

/** Of one that takes long, it is said every few seconds that it is still at it: a migration does not know how far it is. */
function timing(
  migration: MigrationClass,
  times: Map<string, number>,
  note: (line: string) => void,
): MigrationClass {
  return class extends migration {
    override async up(runner: QueryRunner): Promise<void> {
      const since = performance.now();
      const seconds = () => Math.round((performance.now() - since) / 1000);
      const ticking = setInterval(() => note(`${this.name ?? migration.name} runs, ${seconds()} s`), TICK_MS);
      await super.up(runner).finally(() => clearInterval(ticking));
      times.set(this.name ?? migration.name, performance.now() - since);
    }
  };
}
