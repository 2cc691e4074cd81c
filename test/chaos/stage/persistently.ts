import { setTimeout as pause } from 'node:timers/promises';

const TRIES = 30;
const BETWEEN_MS = 500;

/** Does what fails while the database is away, and is begun anew then. */
export async function persistently(work: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const problem = await work().then(
      () => undefined,
      (error: Error) => error,
    );
    if (!problem) return;
    if (tries === TRIES) throw problem;
    await pause(BETWEEN_MS);
  }
}
