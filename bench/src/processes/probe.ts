import { AsyncLocalStorage } from 'node:async_hooks';
import { Server, type IncomingMessage } from 'node:http';
import { Session, type Profiler } from 'node:inspector/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import pg from 'pg';
import { answerCalls } from './calls.js';

/** CPU of a process since its start, in microseconds, and its resident memory in bytes. */
export interface Usage {
  cpu: number;
  rss: number;
}

/** Heap in bytes when all garbage is collected. */
export interface Kept {
  heap: number;
}

/** A statement as the service gave it to the driver; without a name it was not prepared. */
export interface RecordedStatement {
  name?: string;
  text: string;
  values?: unknown[];
}

/** The statements of each request, by its number. */
export type Recording = Map<number, RecordedStatement[]>;

/** Says which request this is, where they are recorded. */
export const REQUEST_NUMBER = 'bench-request';

const current = new AsyncLocalStorage<RecordedStatement[]>();
const emit = Server.prototype.emit;
const query = pg.Client.prototype.query;
let recording: Recording = new Map();
const inspector = new Session();
/** Between two samples, in microseconds. */
const INTERVAL = 200;

/**
 * Loaded before a program (`node --import`), and of no cost until it is called: tells what the process has used, and records what
 * each request asks of Postgres, with its values. What the floor then runs is the product's own work, whatever that becomes.
 */
answerCalls({ usage, kept, record, recorded, profile, profiled });

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, rss: process.memoryUsage.rss() };
}

/** What garbage there is depends on when the engine looked last; what is left without it is what the program keeps. */
function kept(): Kept {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect();
  return { heap: process.memoryUsage().heapUsed };
}

function record(): void {
  recording = new Map();
  Server.prototype.emit = function watched(this: Server, event: string, ...rest: unknown[]) {
    const number = event === 'request' && (rest[0] as IncomingMessage).headers[REQUEST_NUMBER];
    const run = () => Reflect.apply(emit, this, [event, ...rest]) as boolean;
    return number ? current.run(statementsOf(Number(number)), run) : run();
  };
  pg.Client.prototype.query = function watched(this: pg.Client, ...args: unknown[]) {
    const [first, second] = args as [string | RecordedStatement, unknown];
    const given = typeof first === 'string' ? { text: first } : first;
    const values = given.values ?? (Array.isArray(second) ? second : undefined);
    current.getStore()?.push({ name: given.name, text: given.text, values });
    return Reflect.apply(query, this, args) as never;
  } as typeof query;
}

/** What was recorded; the process is then as it was before. */
function recorded(): Recording {
  Server.prototype.emit = emit;
  pg.Client.prototype.query = query;
  // As long as it is enabled, Node follows every promise of the process.
  current.disable();
  return recording;
}

function statementsOf(number: number): RecordedStatement[] {
  const statements: RecordedStatement[] = [];
  recording.set(number, statements);
  return statements;
}

async function profile(): Promise<void> {
  inspector.connect();
  await inspector.post('Profiler.enable');
  await inspector.post('Profiler.setSamplingInterval', { interval: INTERVAL });
  await inspector.post('Profiler.start');
}

async function profiled(): Promise<Profiler.Profile> {
  const { profile: taken } = await inspector.post('Profiler.stop');
  inspector.disconnect();
  return taken;
}
