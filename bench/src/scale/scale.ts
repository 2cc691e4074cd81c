import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { withInstruments } from '../bench.js';
import { startCountersign, type Contender } from '../contenders/contender.js';
import { send, type BenchRequest } from '../load/load.js';
import type { Instruments } from '../operations/measure.js';
import type { Operation } from '../operations/operation.js';
import { operations } from '../operations/operations.js';
import type { BenchDatabase } from '../processes/bench-database.js';
import { describeMachine, load, type Machine } from '../report/machine.js';
import { Progress } from '../report/progress.js';
import { ratio, type Figure } from '../report/statistics.js';
import { fill } from './fill.js';

/** Few: what is asked is how long one call takes, and not how many go. */
const CONNECTIONS = 4;
const REQUESTS_PER_ROUND = 300;

export interface ScaleOptions {
  few: number;
  many: number;
  rounds: number;
}

export interface ScaleResults extends ScaleOptions {
  at: string;
  machine: Machine;
  /** Of each operation: how many times as long its median takes with many as with few, round by round. */
  growth: Record<string, Figure>;
}

interface House {
  service: Contender;
  database: BenchDatabase;
}

/** Each operation on a small past and on a great one, side by side. */
export function runScale({ few, many, rounds }: ScaleOptions): Promise<ScaleResults> {
  return withInstruments(async (instruments, folder) => {
    const measured = operations.filter(({ name }) => name !== 'password');
    const progress = new Progress(2 + measured.length);
    const machine = describeMachine(instruments.postgres.version);
    const houses: House[] = [];
    for (const [name, count] of Object.entries({ few, many })) {
      progress.step(`${count} accounts`);
      houses.push(await build(instruments, join(folder, name), name, count, progress));
    }
    const growth: Record<string, Figure> = {};
    for (const operation of measured) {
      progress.step(operation.name);
      growth[operation.name] = await compare(instruments, houses, operation, rounds);
    }
    for (const { service, database } of houses) await service.program.stop().then(() => database.drop());
    progress.end();
    return {
      few,
      many,
      rounds,
      at: new Date().toISOString(),
      machine: { ...machine, loadAfter: load() },
      growth,
    };
  });
}

async function build(
  { postgres, sink }: Instruments,
  folder: string,
  name: string,
  count: number,
  progress: Progress,
): Promise<House> {
  mkdirSync(folder);
  const database = await postgres.create(name);
  const env = { SMTP_URL: sink.url, TRUSTED_PROXIES: '127.0.0.1' };
  const service = await startCountersign({ folder, database, env });
  await fill(database, count, (done) => progress.show(`${done} of ${count} accounts with their past`));
  return { service, database };
}

async function compare(
  { generator, sink }: Instruments,
  houses: House[],
  operation: Operation,
  rounds: number,
): Promise<Figure> {
  const count = REQUESTS_PER_ROUND * (rounds + 1);
  const prepared: BenchRequest[][] = [];
  for (const house of houses) {
    await sink.forget();
    prepared.push(await operation.prepare({ ...house, sink, count }));
  }
  const medians: [number[], number[]] = [[], []];
  for (let round = 0; round <= rounds; round += 1)
    for (const [i, { service }] of houses.entries()) {
      const requests = partOf(prepared[i] as BenchRequest[], round, operation.repeats);
      const { p50 } = await send(generator, {
        url: service.url,
        requests,
        connections: CONNECTIONS,
        seconds: Infinity,
        repeats: false,
      });
      // The first round warms up.
      if (round) medians[i as 0 | 1].push(p50);
    }
  return ratio(medians[1], medians[0]);
}

function partOf(requests: BenchRequest[], round: number, repeats: boolean): BenchRequest[] {
  const begin = repeats ? 0 : round * REQUESTS_PER_ROUND;
  return requests.slice(begin, begin + REQUESTS_PER_ROUND);
}
