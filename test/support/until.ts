import { setTimeout as delay } from 'node:timers/promises';

const PATIENCE_MS = 20_000;

/**
 * Waits for what another part of the system does by itself. It fails late: a mail whose first hand-over failed on a loaded machine comes
 * with the next try, and that is no fault.
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string) = 'the expected state',
): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(
        `${typeof what === 'string' ? what : what()} did not come about within ${PATIENCE_MS / 1000} s`,
      );
    await delay(10);
  }
}
