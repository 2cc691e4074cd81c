import { Command, InvalidArgumentError, Option } from 'commander';
import { PREPARED_PER_SECOND, runBench, withInstruments } from './bench.js';
import { operations } from './operations/operations.js';
import { describe, profile } from './profile/profile.js';
import { runImport } from './import/import.js';
import { draw } from './report/chart.js';
import { describeMachine, load } from './report/machine.js';
import { previous, write } from './report/results.js';
import { spread, tableOf } from './report/table.js';
import { runScale } from './scale/scale.js';
import { scenarios } from './scenarios/scenarios.js';

const names = operations.map(({ name }) => name);

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError('It has to be a number above 0.');
  return value;
}

interface Flags {
  rounds: number;
  seconds: number;
  prepared?: number;
  only?: string[];
  name: string;
  draw?: boolean;
}

interface ScenarioFlags {
  seconds: number;
  starts: number;
  requests: number;
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
  .command('import')
  .description(
    'bringing people along from a file: made up, looked at, imported, and once more where all are here already',
  )
  .option('--many <count>', 'how many', positive, 100_000)
  .action(async ({ many }: { many: number }) => runImport(many));

program
  .command('operations', { isDefault: true })
  .description('each operation at 32 connections, as ratios (the default)')
  .option('--rounds <count>', 'rounds that are measured, after one that warms up', positive, 5)
  .option('--seconds <count>', 'seconds of each round', positive, 3)
  .option(
    '--prepared <count>',
    'requests prepared for each operation (default: 3000 for each second)',
    positive,
  )
  .addOption(new Option('--only <operation...>', 'these operations alone').choices(names))
  .option('--name <name>', 'name of the file in bench/results', 'latest')
  .option('--draw', 'draw docs/performance.svg from this run')
  .addHelpText(
    'after',
    '\nA quick look: npm run bench -- --rounds 1 --seconds 1 --prepared 300 --only verify',
  )
  .action(async ({ rounds, seconds, prepared, only, name, draw: drawn }: Flags) => {
    const chosen = operations.filter((operation) => only?.includes(operation.name) ?? true);
    const results = await runBench({ rounds: Math.ceil(rounds), seconds, prepared, operations: chosen });
    const file = write(name, results);
    if (drawn) draw(results);
    process.stdout.write(
      `\n${tableOf(results, previous(results.version))}\n\n${machineLine(results)}\n${file}\n`,
    );
  });

program
  .command('profile')
  .description('where the processor time of the product goes in each operation, by package and by function')
  .option('--seconds <count>', 'seconds of each', positive, 4)
  .option('--output <folder>', 'write the whole profiles there, for a viewer')
  .addOption(new Option('--only <operation...>', 'these operations alone').choices(names))
  .action(async ({ only, seconds, output }: Pick<Flags, 'only' | 'seconds'> & { output?: string }) => {
    await withInstruments(async (instruments, folder) => {
      for (const operation of operations.filter(({ name }) => only?.includes(name) ?? true)) {
        const count = PREPARED_PER_SECOND * seconds;
        const told = describe(await profile(instruments, operation, { folder, seconds, count, output }));
        process.stdout.write(`${operation.title}: ${told}\n\n`);
      }
    });
  });

program
  .command('scenarios')
  .description(
    'what a table of operations does not show: latency under load, floods, the queue, starts, memory',
  )
  .option('--seconds <count>', 'seconds of each measurement', positive, 5)
  .option('--starts <count>', 'starts of each kind', positive, 5)
  .option('--requests <count>', 'requests over which the memory is watched', positive, 200_000)
  .addOption(new Option('--only <scenario...>', 'these scenarios alone').choices(Object.keys(scenarios)))
  .option('--name <name>', 'name of the file in bench/results', 'scenarios')
  .action(async ({ only, name, ...options }: ScenarioFlags) => {
    const results = await withInstruments(async (instruments, folder) => {
      const machine = describeMachine(instruments.postgres.version);
      const figures: Record<string, Record<string, number>> = {};
      for (const [scenario, play] of Object.entries(scenarios)) {
        if (only && !only.includes(scenario)) continue;
        process.stderr.write(`${scenario} …\n`);
        figures[scenario] = await play(instruments, { ...options, folder });
        process.stdout.write(`${scenario}: ${JSON.stringify(figures[scenario])}\n`);
      }
      return { at: new Date().toISOString(), machine: { ...machine, loadAfter: load() }, scenarios: figures };
    });
    process.stdout.write(`${write(name, results)}\n`);
  });

program
  .command('scale')
  .description('each operation with few and with many accounts, sessions, attempts, mails and audit events')
  .option('--few <count>', 'accounts of the small past', positive, 10_000)
  .option('--many <count>', 'accounts of the great one, up to 10 million', positive, 1_000_000)
  .option('--rounds <count>', 'rounds that are measured', positive, 5)
  .option('--name <name>', 'name of the file in bench/results', 'scale')
  .action(async ({ name, ...options }: { few: number; many: number; rounds: number; name: string }) => {
    const results = await runScale(options);
    for (const [operation, times] of Object.entries(results.growth))
      process.stdout.write(
        `${operation.padEnd(14)} ${spread(times)} × as long with ${results.many} as with ${results.few}\n`,
      );
    process.stdout.write(`${write(name, results)}\n`);
  });

function machineLine({ machine }: Awaited<ReturnType<typeof runBench>>): string {
  const { cpu, cores, memoryGiB, node, postgres, loadBefore, loadAfter } = machine;
  return `${cores} × ${cpu}, ${memoryGiB} GiB, Node ${node}, Postgres ${postgres}; load ${loadBefore} before, ${loadAfter} after.`;
}

await program.parseAsync();
