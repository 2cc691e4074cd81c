import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ContenderName } from '../contenders/contender.js';
import type { Round } from '../operations/measure.js';
import { ROOT } from '../processes/bench-process.js';
import type { Machine } from './machine.js';

const FOLDER = join(ROOT, 'bench', 'results');

/** One operation of one run: the rounds of everybody, in the order in which they were measured. */
export interface OperationResult {
  name: string;
  title: string;
  base: ContenderName;
  roundTrips: number;
  rounds: Partial<Record<ContenderName, Round[]>>;
}

/** A file of `bench/results`. */
export interface Results {
  /** Of the product that was measured. */
  version: string;
  commit: string;
  at: string;
  machine: Machine;
  options: { rounds: number; seconds: number; connections: number };
  operations: OperationResult[];
  /** Figures of scenarios, by name: see docs/performance.md. */
  scenarios?: Record<string, Record<string, number>>;
}

export function write(name: string, results: object): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(results, rounded, 2)}\n`);
  return file;
}

/** The newest committed figures of another version, if there are any. */
export function previous(version: string): Results | undefined {
  const all = readdirSync(FOLDER)
    .filter((file) => file.startsWith('release-') && file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Results)
    .filter((results) => results.version !== version);
  return all.sort((a, b) => a.at.localeCompare(b.at)).at(-1);
}

/** Four digits say all that a machine with other things to do can say. */
function rounded(_: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
}
