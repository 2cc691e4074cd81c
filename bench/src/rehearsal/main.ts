import { Command, InvalidArgumentError } from 'commander';
import { describeMachine, load } from '../report/machine.js';
import { previousRelease } from './previous-release.js';
import { rehearse, type Rehearsed } from './rehearse.js';

const release = previousRelease();

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It has to be a number above 0.');
  return value;
}

await new Command('npm run migration:rehearse --')
  .description(
    'Runs the migrations since the previous release one by one on a Postgres of its own, with a past in it and under traffic, and says how\n' +
      'long each took and how long anybody had to wait. Exit code 1: somebody waited longer than --limit.',
  )
  .option(
    '--rows <count>',
    'accounts, each with a session, an attempt, a mail and an audit event',
    positive,
    1_000_000,
  )
  .option(
    '--after <migration>',
    `the last migration that has run before (default: that of ${release.version})`,
  )
  .option('--limit <milliseconds>', 'how long nobody may wait', positive, 1_000)
  .showHelpAfterError()
  .action(async ({ rows, after, limit }: { rows: number; after?: string; limit: number }) => {
    const { rehearsed, postgres } = await rehearse(Math.ceil(rows), after ?? release.lastMigration);
    process.stdout.write(`${tableOf(rehearsed)}\n\n${rows} accounts; ${machine(postgres)}\n`);
    if (rehearsed.some(({ wait }) => wait.milliseconds > limit)) process.exitCode = 1;
  })
  .parseAsync();

/** As the documents have it. */
function tableOf(rehearsed: Rehearsed[]): string {
  const rows = rehearsed.map(
    ({ migration, milliseconds, wait }) =>
      `| ${migration} | ${milliseconds.toFixed(0)} | ${wait.milliseconds.toFixed(0)} | ${wait.table} |`,
  );
  return ['| migration | ms | longest wait, ms | for |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function machine(version: string): string {
  const { cpu, cores, memoryGiB, node, postgres } = describeMachine(version);
  return `${cores} × ${cpu}, ${memoryGiB} GiB, Node ${node}, Postgres ${postgres}, load ${load()}.`;
}
