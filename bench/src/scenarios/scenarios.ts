import type { Instruments } from '../operations/measure.js';
import type { Operation } from '../operations/operation.js';
import { operations } from '../operations/operations.js';
import { flood, steady } from './latency.js';
import { memory } from './memory.js';
import { besideQueue, deliveryTime, handOver, workOff } from './queue.js';
import { playOn, type Figures, type Scene } from './scene.js';
import { startUp } from './start-up.js';

export interface ScenarioOptions {
  folder: string;
  seconds: number;
  /** How many starts, and how many requests the memory is watched over. */
  starts: number;
  requests: number;
}

type Play = (instruments: Instruments, options: ScenarioOptions) => Promise<Figures>;

const PREPARED_PER_SECOND = 2000;

function operation(name: string): Operation {
  const found = operations.find((each) => each.name === name);
  if (!found) throw new Error(`there is no operation ${name}`);
  return found;
}

const on =
  (name: string, play: (scene: Scene, folder: string) => Promise<Figures>): Play =>
  (instruments, { folder, seconds }) =>
    playOn(instruments, operation(name), { folder, seconds, count: PREPARED_PER_SECOND * seconds }, (scene) =>
      play(scene, folder),
    );

/** What a table of operations does not show, each by its name in the results. */
export const scenarios: Record<string, Play> = {
  steady: on('verify', steady),
  flood: on('verify', flood),
  queue: on('ask', workOff),
  'beside-queue': on('verify', besideQueue),
  'hand-over': on('ask', handOver),
  'delivery-time': on('ask', deliveryTime),
  'start-up': (instruments, { starts }) => startUp(instruments, starts),
  memory: (instruments, { folder, requests }) => memory(instruments, folder, requests),
};
