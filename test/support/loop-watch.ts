import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** How often the watch looks, in milliseconds. */
const RESOLUTION = 1;

/**
 * The longest time, in milliseconds, that this process's event loop did not come round while `work` was done: what it
 * cannot have been longer than.
 *
 * Two bounds are known, and the lower one is answered: the longest turn on the wall, to which a busy machine adds whatever it gives to
 * others meanwhile, and the time of the processor for the whole work, to which it adds nothing. Neither can be below what the turn took.
 */
export async function longestHold(work: () => Promise<unknown>): Promise<number> {
  const turns = monitorEventLoopDelay({ resolution: RESOLUTION });
  turns.enable();
  await delay(2 * RESOLUTION);
  turns.reset();
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  await delay(2 * RESOLUTION);
  turns.disable();
  return Math.min(turns.max / 1e6 - RESOLUTION, (user + system) / 1000);
}

/** So many milliseconds are of no busy machine's making. */
export const HOPELESS = 500;

/** The least of so many tries, or the first that is below what is good enough, or beyond hope. */
export async function leastHold(
  work: () => Promise<unknown>,
  { tries, enough }: { tries: number; enough: number },
): Promise<number> {
  let least = Infinity;
  for (let count = 0; count < tries && least >= enough; count += 1) {
    const hold = await longestHold(work);
    if (hold > HOPELESS) return hold;
    least = Math.min(least, hold);
  }
  return least;
}
