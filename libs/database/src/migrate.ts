import { setTimeout as pause } from 'node:timers/promises';
import { AbstractLogger, DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { patience, type Pooler } from './patience.js';
import { untilUnlocked, withShortLocks, type MigrationClass } from './short-locks.js';

/** How often a replica looks whether another has done its migrations. */
const LOCK_POLL_MS = 100;

export interface MigrationOptions {
  pooler?: Pooler;
  /** Told what a migration has to tell an operator. */
  note?: (line: string) => void;
}

/**
 * Runs the pending migrations, one process at a time: replicas that start together wait for the first and then find
 * nothing to do. Answers the names of those it ran. On connections of its own, because neither the wait nor a
 * migration of a large table may hit the time limit of ordinary statements. A table that somebody else holds is
 * waited for in short turns, between which everybody else can use it.
 */
export async function migrate(
  options: DataSourceOptions,
  { pooler = 'none', note = () => undefined }: MigrationOptions = {},
): Promise<string[]> {
  const logger = new Notes(note);
  const migrations = (options.migrations as MigrationClass[]).map(withShortLocks);
  const own = { logger, migrations, poolSize: 2, extra: patience(pooler, 0) };
  const dataSource = await new DataSource({ ...options, ...own } as DataSourceOptions).initialize();
  const line = dataSource.createQueryRunner();
  try {
    // The lock is a transaction's: behind a pooler a connection is ours for no longer.
    await line.startTransaction();
    await line.query(`SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0`);
    await takeLock(line);
    const before = await namesIn(line);
    await untilUnlocked(() => dataSource.runMigrations({ transaction: 'each' }), note);
    const ran = (await namesIn(line)).slice(before.length);
    await line.commitTransaction();
    return ran;
  } finally {
    // Closing the connection gives the lock back, whatever happened on it.
    await line.release();
    await dataSource.destroy();
  }
}

/**
 * Asked for again and again: a statement that waits for the lock would be one that `CREATE INDEX CONCURRENTLY` waits for, and that index
 * may be what has to be done before the lock is free.
 */
async function takeLock(runner: QueryRunner): Promise<void> {
  const question = `SELECT pg_try_advisory_xact_lock(hashtext('countersign.migrations')) AS taken`;
  for (;;) {
    const [answer] = (await runner.query(question)) as { taken: boolean }[];
    if (answer?.taken) return;
    await pause(LOCK_POLL_MS);
  }
}

/**
 * Of the migrations that have run, in their order. Without parameters: a statement with some keeps its snapshot until the next one, and
 * `CREATE INDEX CONCURRENTLY` waits for whoever has one.
 */
async function namesIn(runner: QueryRunner): Promise<string[]> {
  const [table] = (await runner.query(`SELECT to_regclass('migrations') IS NOT NULL AS there`)) as {
    there: boolean;
  }[];
  if (!table?.there) return [];
  const rows = (await runner.query('SELECT name FROM migrations ORDER BY id')) as { name: string }[];
  return rows.map(({ name }) => name);
}

/** Of all that TypeORM would say, what a migration of ours does. */
class Notes extends AbstractLogger {
  constructor(private readonly note: (line: string) => void) {
    super(false);
  }

  override log(_level: string, message: unknown): void {
    this.note(String(message));
  }

  protected writeLog(): void {
    // Statements and the progress of migrations: whoever runs them says that.
  }
}
