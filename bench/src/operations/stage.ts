import type { Contender } from '../contenders/contender.js';
import { startCountersign, startFloor } from '../contenders/contender.js';
import { startBetterAuth } from '../contenders/better-auth.js';
import type { BenchRequest } from '../load/load.js';
import type { Recording } from '../processes/probe.js';
import type { Instruments } from './measure.js';
import type { Operation } from './operation.js';
import { ask, forEach } from './people.js';

/** Few enough that none waits for a connection of the pool, where its statements would be taken for another's. */
const RECORDED_AT_ONCE = 6;

/** Who takes part in one operation, each on a database of its own, and what each of them is asked. */
export interface Stage {
  cast: { contender: Contender; requests: BenchRequest[] }[];
  /** Statements that one request of the product sends, on average. */
  roundTrips: number;
  end(): Promise<void>;
}

export interface StageOptions {
  folder: string;
  /** How many requests are prepared, where each can be sent once. */
  count: number;
  tell: (what: string) => void;
}

/** Prepares the operation through the product itself, gives everybody a copy of that, and records what the product asks of Postgres. */
export async function setUp(
  instruments: Instruments,
  operation: Operation,
  { folder, count, tell }: StageOptions,
): Promise<Stage> {
  const { postgres, sink } = instruments;
  const env = { SMTP_URL: sink.url, TRUSTED_PROXIES: '127.0.0.1' };
  tell('preparing');
  const prepared = await prepare(
    instruments,
    operation,
    { folder, count: Math.ceil(count * (operation.share ?? 1)) },
    env,
  );
  const cast: Stage['cast'] = [];
  for (const name of operation.others) {
    tell(`starting ${name}`);
    if (name === 'better-auth') cast.push(await startBetterAuth(postgres, operation, { folder, count }));
    else {
      const floors = ['floor', 'express'];
      const database = floors.includes(name) ? await postgres.copy('countersign', name) : undefined;
      const contender = await startFloor(name, { folder, database });
      cast.push({ contender, requests: prepared.requests });
    }
  }
  const database = await postgres.reopen('countersign');
  const product = await startCountersign({ folder, database, env });
  tell('recording');
  const recording = await record(product, prepared.requests);
  cast.unshift({ contender: product, requests: prepared.requests });
  for (const { contender } of cast) await load(contender, recording, prepared.keys);
  return { cast, roundTrips: tripsOf(recording), end: () => end(cast) };
}

interface Prepared {
  requests: BenchRequest[];
  /** The product's published keys. */
  keys: unknown;
}

async function prepare(
  { postgres, sink }: Instruments,
  operation: Operation,
  { folder, count }: Pick<StageOptions, 'folder' | 'count'>,
  env: Record<string, string>,
): Promise<Prepared> {
  const database = await postgres.create('countersign');
  await sink.forget();
  const service = await startCountersign({ folder, database, env });
  const requests = await operation.prepare({ service, database, sink, count });
  const keys = await (await fetch(`${service.url}/.well-known/jwks.json`)).json();
  await service.program.stop();
  await database.save();
  await database.close();
  return { requests, keys };
}

async function record(product: Contender, requests: BenchRequest[]): Promise<Recording> {
  await product.program.call('record');
  await forEach(
    requests.length,
    (number) => ask(product.url, requests[number] as BenchRequest),
    RECORDED_AT_ONCE,
  );
  return product.program.call<Recording>('recorded');
}

async function load({ name, program }: Contender, recording: Recording, keys: unknown): Promise<void> {
  if (name === 'floor' || name === 'express') await program.call('load', recording);
  if (name === 'jose') await program.call('load', keys);
}

function tripsOf(recording: Recording): number {
  const trips = [...recording.values()].reduce((sum, statements) => sum + statements.length, 0);
  return trips / recording.size;
}

async function end(cast: Stage['cast']): Promise<void> {
  for (const { contender } of cast) {
    await contender.program.stop();
    await contender.database?.drop();
  }
}
