import { Injectable } from '@nestjs/common';
import { AuthError } from '@app/kernel';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { errorCode, isOutOfReach, SqlState } from './sql-state.js';
import { compile, type Query } from './sql/compile.js';

const REPEATABLE: readonly (string | undefined)[] = [
  SqlState.deadlockDetected,
  SqlState.serializationFailure,
];
const TRIES = 3;

/**
 * Runs statements on the pool beneath TypeORM, as named prepared statements: Postgres parses and plans each text
 * once a connection (twice as fast, and TypeORM never names any).
 */
@Injectable()
export class Database {
  private readonly listeners = new Map<string, () => void>();

  constructor(private readonly dataSource: DataSource) {}

  /** Has `listener` called whenever a statement with a part of this signal has come back. */
  on(signal: string, listener: () => void): void {
    this.listeners.set(signal, listener);
  }

  /**
   * The rows of one statement. A deadlock's victim is run again, which is safe because a statement is all or nothing.
   *
   * @throws AuthError `database_unavailable` when the database is out of reach.
   */
  async rows<Row extends object = object>(query: Query<Row>): Promise<Row[]> {
    const { signals, ...prepared } = compile(query);
    const { rows } = await repeated(() => this.pool.query(prepared));
    this.announce(signals);
    return rows as Row[];
  }

  /** The first row of a statement, if any. */
  async row<Row extends object = object>(query: Query<Row>): Promise<Row | undefined> {
    return (await this.rows(query))[0];
  }

  /**
   * The rows of a statement that begins when `lock`, a statement that locks rows, has got them, in the same transaction:
   * its snapshot then has everything that the lock waited for.
   */
  async rowsUnderLock<Row extends object>(lock: Query, query: Query<Row>): Promise<Row[]> {
    const [first, second] = [compile(lock), compile(query)];
    const rows = await repeated(() =>
      this.dataSource.transaction(async (transaction) => {
        await transaction.query(first.text, first.values);
        return transaction.query<Row[]>(second.text, second.values);
      }),
    );
    this.announce(second.signals);
    return rows;
  }

  private announce(signals: string[]): void {
    for (const signal of signals) this.listeners.get(signal)?.();
  }

  private get pool(): Pool {
    return (this.dataSource.driver as unknown as { master: Pool }).master;
  }
}

async function repeated<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (REPEATABLE.includes(errorCode(error)) && tries < TRIES) continue;
      if (isOutOfReach(error)) throw new AuthError('database_unavailable', {}, { cause: error });
      throw error;
    }
  }
}
