import { setTimeout as pause } from 'node:timers/promises';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { errorCode, SqlState } from './sql-state.js';

export type MigrationClass = new () => MigrationInterface;

/** How long a migration waits for a table. As long, all that comes after has to wait behind it. */
const LOCK_MS = 300;
/** Until the next try: by then whoever waited has been served. */
const BETWEEN_TRIES_MS = 1_000;
/** How often that is tried: for about ten minutes. */
const TRIES = 450;
/** Of so many tries one is told. */
const TOLD_OF = 10;

/** The same migration, which gives up soon where it has to wait for a table: what somebody reads at length is not kept from all others. */
export function withShortLocks(migration: MigrationClass): MigrationClass {
  return class extends migration {
    override async up(runner: QueryRunner): Promise<void> {
      // One that is not in a transaction waits in nobody's way: that is what CONCURRENTLY is for.
      if (runner.isTransactionActive) await runner.query(`SET LOCAL lock_timeout = ${LOCK_MS}`);
      await super.up(runner);
    }
  };
}

/** Does it again for as long as somebody else holds what it needs. */
export async function untilUnlocked<Result>(
  work: () => Promise<Result>,
  note: (line: string) => void,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!isLocked(error) || tries === TRIES) throw error;
      if (tries % TOLD_OF === 1)
        note('A table that has to change is in use by a transaction that takes long. Trying again.');
      await pause(BETWEEN_TRIES_MS);
    }
  }
}

/** TypeORM wraps what the driver says. */
function isLocked(error: unknown): boolean {
  const code = errorCode(error) ?? errorCode((error as { driverError?: unknown } | null)?.driverError);
  return code === SqlState.lockNotAvailable || code === SqlState.deadlockDetected;
}
