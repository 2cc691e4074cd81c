import type { DataSource } from 'typeorm';

/**
 * Runs `work` unless another process is at it. The lock is the transaction's, so it is given back even when this process
 * dies; `work` uses connections of its own.
 */
export async function withAdvisoryLock(
  dataSource: DataSource,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  await dataSource.transaction(async (holder) => {
    const [row] = await holder.query(`SELECT pg_try_advisory_xact_lock(hashtext($1)) AS mine`, [name]);
    if (row.mine) await work();
  });
}
