import { AbstractLogger, DataSource, type DataSourceOptions } from 'typeorm';

const LOCK = `hashtext('countersign.migrations')`;

/**
 * Runs the pending migrations, one process at a time: replicas that start together wait for the first and then find
 * nothing to do. Answers the names of those it ran. On connections of its own, because neither the wait nor a
 * migration of a large table may hit the time limit of ordinary statements. `note`: what a migration has to tell an operator.
 */
export async function migrate(
  options: DataSourceOptions,
  note: (line: string) => void = () => undefined,
): Promise<string[]> {
  const logger = new Notes(note);
  const patient = { ...options, logger, poolSize: 2, extra: { statement_timeout: 0 } } as DataSourceOptions;
  const dataSource = await new DataSource(patient).initialize();
  const lock = dataSource.createQueryRunner();
  try {
    await lock.query(`SELECT pg_advisory_lock(${LOCK})`);
    const ran = await dataSource.runMigrations({ transaction: 'each' });
    return ran.map((migration) => migration.name);
  } finally {
    // Closing the connection gives the lock back, whatever happened on it.
    await lock.release();
    await dataSource.destroy();
  }
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
