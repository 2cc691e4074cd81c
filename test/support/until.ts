import { setTimeout as delay } from 'node:timers/promises';

/** Waits for what another part of the system does by itself; fails after ten seconds. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what = 'the expected state',
): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`${what} did not come about within 10 s`);
    await delay(10);
  }
}
