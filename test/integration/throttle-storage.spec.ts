import { Database, sql } from '@app/database';
import { KeyRing } from '@app/kernel';
import { PostgresThrottlerStorage } from '@app/throttle';
import type { Pool } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { anyone, describeLimits, hour, minute, passed, times } from '../support/limits-guarantees.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase } from '../support/test-database.js';

const keys = KeyRing.parse(KeyRing.generateEntry('k1'));
const clock = new TestClock();
let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let pools: DataSource[];
let database: Database;
let storage: PostgresThrottlerStorage;
let replica: PostgresThrottlerStorage;

const hit = (...hits: Parameters<PostgresThrottlerStorage['count']>[0]) => storage.count(hits, clock.now());
const passes = async (...hits: Parameters<typeof hit>) => !(await hit(...hits)).refused;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const options = dataSourceOptions(testDatabase.url, 16);
  pools = await Promise.all([new DataSource(options).initialize(), new DataSource(options).initialize()]);
  const [first, second] = pools.map((pool) => new Database(pool)) as [Database, Database];
  database = first;
  storage = new PostgresThrottlerStorage(first, clock, keys);
  replica = new PostgresThrottlerStorage(second, clock, keys);
});

afterAll(async () => {
  await Promise.all(pools.map((pool) => pool.destroy()));
  await testDatabase.drop();
});

describeLimits(clock, () => ({ storage, replica }));

describe('the statement', () => {
  it('never deadlocks, in whatever order the requests name them', async () => {
    const query = jest.spyOn((pools[0]?.driver as unknown as { master: Pool }).master, 'query');
    const [one, other, third] = [minute(anyone(), 1000), minute(anyone(), 1000), hour(anyone(), 1000)];
    const verdicts = await times(300, (index) =>
      index % 2 ? hit(one, other, third) : hit(third, other, one),
    );
    expect(passed(verdicts)).toBe(300);
    expect(query).toHaveBeenCalledTimes(300); // a deadlock's victim would have been run again
    query.mockRestore();
  });
});

describe('the table', () => {
  beforeEach(() => database.rows(sql`DELETE FROM request_limits`));

  it('does not tell who called', async () => {
    await hit(minute('ada@example.com'));
    const rows = await database.rows<{ key: string }>(sql`SELECT * FROM request_limits`);
    expect(JSON.stringify(rows)).not.toMatch(/ada|example|minute/);
    expect(rows.every(({ key }) => /^[\w-]{43}$/.test(key))).toBe(true);
  });

  it('loses windows that are over to purging, a batch at a time, and keeps the others', async () => {
    const kept = hour(anyone(), 1);
    await hit(kept);
    await times(5, () => hit(minute(anyone())));
    expect(await storage.purge(clock.now(), 100)).toBe(0);
    clock.advanceSeconds(60);
    expect(await storage.purge(clock.now(), 3)).toBe(3);
    expect(await storage.purge(clock.now(), 3)).toBe(2);
    expect(await storage.purge(clock.now(), 3)).toBe(0);
    expect(await passes(kept)).toBe(false);
  });

  it('is purged around a window that a request is holding, without waiting for it', async () => {
    await times(3, () => hit(minute(anyone())));
    clock.advanceSeconds(60);
    const holder = pools[1]?.createQueryRunner() as QueryRunner;
    await holder.startTransaction();
    await holder.query('SELECT 1 FROM request_limits LIMIT 1 FOR UPDATE');
    const purged = await storage.purge(clock.now(), 10);
    await holder.rollbackTransaction();
    await holder.release();
    expect(purged).toBe(2);
  });

  it('can be purged by two replicas while requests are counted, without an error or a request too many', async () => {
    const caller = anyone();
    await times(50, () => hit(minute(anyone())));
    clock.advanceSeconds(60);
    const purging = times(10, (index) => (index % 2 ? storage : replica).purge(clock.now(), 10));
    const verdicts = await times(100, () => hit(minute(caller), hour(anyone())));
    const purged = await purging;
    expect(passed(verdicts)).toBe(50);
    expect(purged.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(50);
  });
});
