import type { Command } from 'commander';
import type { Answer } from './answer.js';
import { example } from './example.js';
import { onDatabase } from './on-database.js';
import { runMigrations, type RunMigration } from './run-migrations.js';
import type { Shell } from './shell.js';

export function migrateCommand(program: Command, shell: Shell): void {
  program
    .command('migrate')
    .description('bring the schema of the database up to date, as a start of the service does')
    .addHelpText('after', example('migrate'))
    .action(async () => {
      const config = shell.readConfig();
      const { pooler } = config.database;
      const run = (url: string) => runMigrations(url, { pooler, note: shell.note });
      await shell.answer(migrationsView(await onDatabase(config, shell.note, run)));
    });
}

function migrationsView(migrations: RunMigration[]): Answer {
  const lines = migrations.map(({ name, milliseconds }) => `${name}  ${milliseconds} ms`);
  return { lines: lines.length ? lines : ['Nothing to migrate.'], json: { migrations } };
}
