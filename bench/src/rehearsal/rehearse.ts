import { setTimeout as pause } from 'node:timers/promises';
import { migrate, migrations } from '@app/database';
import { dataSourceOptions } from '../../../ormconfig.js';
import { BenchPostgres } from '../processes/postgres.js';
import { Progress } from '../report/progress.js';
import { fill } from '../scale/fill.js';
import { Traffic } from './traffic.js';

/** How long traffic runs alone, to say what a wait is without a migration. */
const ALONE_MS = 3_000;

export interface Rehearsed {
  migration: string;
  milliseconds: number;
  /** The longest that a statement of the traffic took meanwhile, and the table that it was for. */
  wait: { table: string; milliseconds: number };
}

/** Runs the migrations after `last`, one by one, on a past of so many accounts and under traffic. */
export async function rehearse(
  rows: number,
  last: string,
): Promise<{ rehearsed: Rehearsed[]; postgres: string }> {
  const first = migrations.findIndex((migration) => new migration().name === last) + 1;
  if (first === 0) throw new Error(`No migration is called ${last}.`);
  const progress = new Progress(migrations.length - first + 2);
  const postgres = await BenchPostgres.start();
  try {
    const database = await postgres.create('rehearsal');
    await upTo(database.url, first);
    await fill(database, rows, (done) => progress.show(`${done} of ${rows} accounts, each with its past`));
    const rehearsed = await underTraffic(database.url, rows, first, progress);
    await database.close();
    return { rehearsed, postgres: postgres.version };
  } finally {
    progress.end();
    await postgres.stop();
  }
}

async function underTraffic(
  url: string,
  rows: number,
  first: number,
  progress: Progress,
): Promise<Rehearsed[]> {
  const traffic = await Traffic.start(url, rows);
  const measure = async (migration: string, work: () => Promise<unknown>): Promise<Rehearsed> => {
    progress.step(migration);
    traffic.look();
    const since = performance.now();
    await work();
    return { migration, milliseconds: performance.now() - since, wait: traffic.look() };
  };
  const rehearsed = [await measure('(none)', () => pause(ALONE_MS))];
  for (let count = first + 1; count <= migrations.length; count += 1) {
    const migration = migrations[count - 1];
    if (migration) rehearsed.push(await measure(new migration().name, () => upTo(url, count)));
  }
  await traffic.stop();
  return rehearsed;
}

function upTo(url: string, count: number): Promise<string[]> {
  return migrate({ ...dataSourceOptions(url, 2), migrations: migrations.slice(0, count) });
}
