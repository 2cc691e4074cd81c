import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONNECTIONS, measure, type Instruments, type Round } from './operations/measure.js';
import type { Operation } from './operations/operation.js';
import { setUp, type Stage } from './operations/stage.js';
import { BenchProcess, built, ROOT } from './processes/bench-process.js';
import { MailSink } from './processes/mail-sink.js';
import { BenchPostgres } from './processes/postgres.js';
import { describeMachine, load } from './report/machine.js';
import { Progress } from './report/progress.js';
import type { OperationResult, Results } from './report/results.js';

export interface BenchOptions {
  rounds: number;
  seconds: number;
  operations: Operation[];
  /** How many requests are prepared that can be sent once; a round ends with the last of them. */
  prepared?: number;
}

/** How many requests that can be sent once are prepared for a second: more than any contender answers on two cores. */
export const PREPARED_PER_SECOND = 3000;

/** Measures the operations, one after the other. */
export async function runBench(options: BenchOptions): Promise<Results> {
  const { rounds, seconds, operations } = options;
  const steps = operations.reduce((sum, { others }) => sum + (others.length + 1) * (rounds + 1), 0);
  const progress = new Progress(steps);
  return withInstruments(async (instruments, folder) => {
    const machine = describeMachine(instruments.postgres.version);
    const results: OperationResult[] = [];
    for (const operation of operations)
      results.push(await run(instruments, operation, { ...options, folder, progress }));
    progress.end();
    return {
      version: (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version,
      commit: commit(),
      at: new Date().toISOString(),
      machine: { ...machine, loadAfter: load() },
      options: { rounds, seconds, connections: CONNECTIONS },
      operations: results,
    };
  });
}

/** Starts what all measurements need, and ends it whatever happens. */
export async function withInstruments<Result>(
  work: (instruments: Instruments, folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-run-'));
  const postgres = await BenchPostgres.start();
  const sink = await MailSink.start(folder);
  const log = join(folder, 'generator.log');
  const generator = new BenchProcess({ name: 'the load', args: [built('load/generator.js')], log });
  try {
    return await work({ postgres, sink, generator }, folder);
  } finally {
    await generator.stop();
    await sink.stop();
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface RunOptions extends BenchOptions {
  folder: string;
  progress: Progress;
}

async function run(
  instruments: Instruments,
  operation: Operation,
  { rounds, seconds, prepared = PREPARED_PER_SECOND * seconds, folder, progress }: RunOptions,
): Promise<OperationResult> {
  const tell = (what: string) => progress.show(`${operation.name}: ${what}`);
  const stage = await setUp(instruments, operation, { folder, count: prepared, tell });
  try {
    const measured: OperationResult['rounds'] = {};
    // The first round warms everybody up, and is forgotten.
    for (let round = 0; round <= rounds; round += 1) {
      for (const { contender, requests } of inTurn(stage.cast, round)) {
        progress.step(`${operation.name}: ${contender.name}, ${round ? `round ${round}` : 'warming up'}`);
        const figures = await measure(instruments, contender, operation, requests, seconds);
        if (round) (measured[contender.name] ??= []).push(figures);
      }
    }
    return {
      name: operation.name,
      title: operation.title,
      base: operation.base,
      roundTrips: stage.roundTrips,
      rounds: ordered(measured, stage.cast),
    };
  } finally {
    await stage.end();
  }
}

/** Whoever goes first, goes last in the next round: what the machine does meanwhile is nobody's alone. */
function inTurn(cast: Stage['cast'], round: number): Stage['cast'] {
  return round % 2 ? cast.toReversed() : cast;
}

function ordered(measured: OperationResult['rounds'], cast: Stage['cast']): OperationResult['rounds'] {
  return Object.fromEntries(cast.map(({ contender: { name } }) => [name, measured[name] as Round[]]));
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { cwd: ROOT, encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}
