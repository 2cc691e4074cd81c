import { SqlState } from '@app/database';
import type { Sql } from 'sql-template-tag';
import type { DataSource } from 'typeorm';

const TRIES = 3;

/**
 * The rows of one statement. With `lock`, a statement that locks a row, it begins when that lock is got and in the
 * same transaction: its snapshot then has everything that the lock waited for. A deadlock's victim has done nothing,
 * and is run again.
 */
export async function runStatement<Row>(dataSource: DataSource, query: Sql, lock?: Sql): Promise<Row[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await dataSource.transaction(async (transaction) => {
        if (lock) await transaction.query(lock.text, lock.values);
        return transaction.query<Row[]>(query.text, query.values);
      });
    } catch (error) {
      if ((error as { code?: string }).code !== SqlState.deadlockDetected || tries === TRIES) throw error;
    }
  }
}
