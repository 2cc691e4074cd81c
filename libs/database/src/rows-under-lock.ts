import { AuthError } from '@app/kernel';
import type { Sql } from 'sql-template-tag';
import type { DataSource } from 'typeorm';
import { errorCode, isOutOfReach, SqlState } from './sql-state.js';

const TRIES = 3;

/**
 * The rows of one statement that begins when `lock`, a statement that locks rows, has got them, in the same transaction:
 * its snapshot then has everything that the lock waited for. A deadlock's victim has done nothing, and is run again.
 */
export async function rowsUnderLock<Row extends object>(
  dataSource: DataSource,
  lock: Sql,
  query: Sql,
): Promise<Row[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await dataSource.transaction(async (transaction) => {
        await transaction.query(lock.text, lock.values);
        return transaction.query<Row[]>(query.text, query.values);
      });
    } catch (error) {
      if (errorCode(error) === SqlState.deadlockDetected && tries < TRIES) continue;
      if (isOutOfReach(error)) throw new AuthError('database_unavailable', {}, { cause: error });
      throw error;
    }
  }
}
