import { Command, InvalidArgumentError, Option } from 'commander';
import { runBench } from './bench.js';
import { operations } from './operations/operations.js';
import { previous, write } from './report/results.js';
import { tableOf } from './report/table.js';

const names = operations.map(({ name }) => name);

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It has to be a number above 0.');
  return value;
}

interface Flags {
  rounds: number;
  seconds: number;
  only?: string[];
  name: string;
}

const program = new Command('npm run bench --')
  .description(
    'Measures the product beside what it is compared with, in one run on one Postgres, and writes bench/results/<name>.json.\n' +
      'What the figures mean is in docs/performance.md.',
  )
  .showHelpAfterError();

program
  .command('operations', { isDefault: true })
  .description('each operation at 32 connections, as ratios (the default)')
  .option('--rounds <count>', 'rounds that are measured, after one that warms up', positive, 5)
  .option('--seconds <count>', 'seconds of each round', positive, 3)
  .addOption(new Option('--only <operation...>', 'these operations alone').choices(names))
  .option('--name <name>', 'name of the file in bench/results', 'latest')
  .addHelpText('after', '\nA quick look: npm run bench -- --rounds 1 --seconds 1 --only session')
  .action(async ({ rounds, seconds, only, name }: Flags) => {
    const chosen = operations.filter((operation) => only?.includes(operation.name) ?? true);
    const results = await runBench({ rounds: Math.ceil(rounds), seconds, operations: chosen });
    const file = write(name, results);
    process.stdout.write(
      `\n${tableOf(results, previous(results.version))}\n\n${machineLine(results)}\n${file}\n`,
    );
  });

function machineLine({ machine }: Awaited<ReturnType<typeof runBench>>): string {
  const { cpu, cores, memoryGiB, node, postgres, loadBefore, loadAfter } = machine;
  return `${cores} × ${cpu}, ${memoryGiB} GiB, Node ${node}, Postgres ${postgres}; load ${loadBefore} before, ${loadAfter} after.`;
}

await program.parseAsync();
