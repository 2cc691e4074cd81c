const LONGEST_SECONDS = 60;

/**
 * Seconds to wait after the `tries`-th hand-over failed: 1, 2, 4 … 60, of which up to a half is taken off at random,
 * so that messages that failed together do not knock together again. `random`: 0…1.
 */
export function retryDelaySeconds(tries: number, random: number = Math.random()): number {
  const full = Math.min(LONGEST_SECONDS, 2 ** Math.min(tries - 1, 10));
  return full * (1 - random / 2);
}
