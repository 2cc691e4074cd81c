import { migrate } from '@app/database';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../../ormconfig.js';
import { persistently } from './persistently.js';

const TABLES = ['accounts', 'attempts', 'sessions', 'messages', 'guess_budgets'];

/** What a migration of the next release may do while this one runs: it adds. */
function growth(time: number): new () => MigrationInterface {
  return class implements MigrationInterface {
    name = `Growth${time}`;

    async up(runner: QueryRunner): Promise<void> {
      await runner.query(`SET LOCAL lock_timeout = '5s'`);
      for (const table of TABLES) {
        await runner.query(`ALTER TABLE ${table} ADD COLUMN grown_${time} integer NOT NULL DEFAULT 0`);
        await runner.query(`CREATE INDEX ON ${table} (grown_${time})`);
      }
    }

    async down(runner: QueryRunner): Promise<void> {
      for (const table of TABLES) await runner.query(`ALTER TABLE ${table} DROP COLUMN grown_${time}`);
    }
  };
}

/** Runs one more migration, as the first replica of the next release would: started again while the database is away. */
export async function growSchema(url: string): Promise<void> {
  const options = dataSourceOptions(url, 2);
  const known = options.migrations as (new () => MigrationInterface)[];
  const migrations = [...known, growth(Date.now())];
  await persistently(async () => void (await migrate({ ...options, migrations })));
}
