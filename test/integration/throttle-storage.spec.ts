import { Database, part, sql } from '@app/database';
import { KeyRing } from '@app/kernel';
import { PostgresThrottlerStorage } from '@app/throttle';
import type { Pool } from 'pg';
import { DataSource, type QueryRunner } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase } from '../support/test-database.js';

type Hit = Parameters<PostgresThrottlerStorage['count']>[0][number];

const keys = KeyRing.parse(KeyRing.generateEntry('k1'));
const clock = new TestClock();
let testDatabase: Awaited<ReturnType<typeof createTestDatabase>>;
let pools: DataSource[];
let database: Database;
let storage: PostgresThrottlerStorage;
let replica: PostgresThrottlerStorage;
let callers = 0;

const anyone = () => `caller-${++callers}`;
const minute = (tracker: string, limit = 50): Hit => ({ name: 'minute', tracker, limit, windowSeconds: 60 });
const hour = (tracker: string, limit = 50): Hit => ({ name: 'hour', tracker, limit, windowSeconds: 3600 });
const hit = (...hits: Hit[]) => storage.count(hits, clock.now());
const passes = async (...hits: Hit[]) => !(await hit(...hits)).refused;
const times = <T>(count: number, act: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));
const passed = (verdicts: { refused: boolean }[]) => verdicts.filter(({ refused }) => !refused).length;

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

describe('a limit', () => {
  it('lets exactly fifty of two hundred simultaneous requests pass', async () => {
    const caller = anyone();
    expect(passed(await times(200, () => hit(minute(caller))))).toBe(50);
  });

  it('lets exactly fifty of two hundred pass when they reach two replicas', async () => {
    const caller = anyone();
    const verdicts = await times(200, (index) =>
      (index % 2 ? storage : replica).count([minute(caller)], clock.now()),
    );
    expect(passed(verdicts)).toBe(50);
  });

  it('holds to the last millisecond of its window, which later requests do not move, and no longer', async () => {
    const caller = anyone();
    expect(await passes(minute(caller, 1))).toBe(true);
    clock.advanceSeconds(30);
    expect(await hit(minute(caller, 1))).toEqual({ refused: true, retryAfterSeconds: 30 });
    clock.advanceSeconds(29.999);
    expect(await hit(minute(caller, 1))).toEqual({ refused: true, retryAfterSeconds: 1 });
    clock.advanceSeconds(0.001);
    expect(await passes(minute(caller, 1))).toBe(true);
    expect(await passes(minute(caller, 1))).toBe(false);
  });

  it.each([
    ['shorter', 10],
    ['longer', 90],
  ])(
    'blocks from the first request too many, for a time that may be %s than the window',
    async (_, blockSeconds) => {
      const limit = { ...minute(anyone(), 2), blockSeconds };
      await times(2, () => hit(limit));
      clock.advanceSeconds(20);
      expect(await hit(limit)).toEqual({ refused: true, retryAfterSeconds: blockSeconds });
      clock.advanceSeconds(blockSeconds - 0.001);
      expect(await hit(limit)).toEqual({ refused: true, retryAfterSeconds: 1 });
      clock.advanceSeconds(0.001);
      expect(passed([await hit(limit), await hit(limit), await hit(limit)])).toBe(2);
    },
  );

  it('counts callers, and names, apart', async () => {
    const caller = anyone();
    expect(await passes(minute(caller, 1))).toBe(true);
    expect(await passes(minute(anyone(), 1))).toBe(true);
    expect(await passes(hour(caller, 1))).toBe(true);
  });

  it('counts once when a request meets it twice', async () => {
    const limit = minute(anyone(), 1);
    expect(await passes(limit, { ...limit })).toBe(true);
    expect(await passes(limit)).toBe(false);
  });
});

describe('several limits of one request', () => {
  it('spare the limit of an hour what the limit of a minute refuses, even when all requests come at once', async () => {
    const caller = anyone();
    for (let send = 0; send < 5; send += 1) {
      expect(passed(await times(10, () => hit(hour(caller, 5), minute(caller, 1))))).toBe(1);
      clock.advanceSeconds(60);
    }
    expect(await passes(hour(caller, 5), minute(caller, 1))).toBe(false);
  });

  it('tell the time after which all of them let the caller pass', async () => {
    const caller = anyone();
    await hit(minute(caller, 1), hour(caller, 1));
    clock.advanceSeconds(10);
    expect(await hit(minute(caller, 1), hour(caller, 1))).toEqual({ refused: true, retryAfterSeconds: 3590 });
    expect(await hit(minute(caller, 1), hour(caller, 9))).toEqual({ refused: true, retryAfterSeconds: 50 });
  });

  it('do not begin the window of a limit that a refused request never reached', async () => {
    const caller = anyone();
    await hit(minute(caller, 1));
    await hit(minute(caller, 1), hour(caller, 1));
    clock.advanceSeconds(60);
    expect(await passes(minute(caller, 1), hour(caller, 1))).toBe(true);
    clock.advanceSeconds(60);
    expect(await hit(minute(caller, 1), hour(caller, 1))).toEqual({ refused: true, retryAfterSeconds: 3540 });
  });

  it('do not start the block of a limit that a refused request never reached', async () => {
    const caller = anyone();
    const blocking = { ...hour(caller, 2), blockSeconds: 7200 };
    await hit(minute(caller, 1), blocking);
    clock.advanceSeconds(60);
    await hit(minute(caller, 1), blocking);
    expect(await hit(minute(caller, 1), blocking)).toEqual({ refused: true, retryAfterSeconds: 3540 });
  });

  it('never deadlock, in whatever order the requests name them', async () => {
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

describe('the question asked in the same statement', () => {
  const question = part(
    'session',
    sql`SELECT 7 AS n, ${'x'}::text AS word, '2026-01-15T12:00:00Z'::timestamptz AS at`,
  );

  it('is answered by its first row, with timestamps as ISO strings', async () => {
    const verdict = await storage.count([minute(anyone())], clock.now(), question);
    expect(verdict).toEqual({ refused: false, found: { n: 7, word: 'x', at: expect.any(String) } });
    const at = verdict.refused ? undefined : verdict.found?.['at'];
    expect(new Date(at as string).toISOString()).toBe('2026-01-15T12:00:00.000Z');
  });

  it('is answered without any limit', async () => {
    expect(await storage.count([], clock.now(), question)).toMatchObject({ found: { n: 7 } });
  });

  it('finds nothing when it has no row', async () => {
    const nothing = part('session', sql`SELECT 1 AS n WHERE false`);
    expect(await storage.count([minute(anyone())], clock.now(), nothing)).toEqual({ refused: false });
  });

  it('is not even run for a refused request', async () => {
    const caller = anyone();
    const failing = part('session', sql`SELECT 1 / count(*) AS n FROM request_limits WHERE key = 'none'`);
    await expect(storage.count([minute(caller, 1)], clock.now(), failing)).rejects.toMatchObject({
      code: '22012',
    });
    await hit(minute(caller, 1));
    expect(await storage.count([minute(caller, 1)], clock.now(), failing)).toMatchObject({ refused: true });
  });

  it('cannot write', async () => {
    const writing = part(
      'session',
      sql`WITH gone AS (DELETE FROM request_limits RETURNING 1) SELECT count(*) FROM gone`,
    );
    await expect(storage.count([], clock.now(), writing)).rejects.toMatchObject({ code: '0A000' });
  });

  it('fails rather than hand over an id that JSON has rounded', async () => {
    const large = part('session', sql`SELECT 9007199254740993::bigint AS id`);
    await expect(storage.count([], clock.now(), large)).rejects.toThrow('cast id to text');
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

describe('increment', () => {
  it('speaks the terms of the library: milliseconds in, seconds out', async () => {
    const key = anyone();
    const increment = () => storage.increment(key, 60_000, 1, 90_000, 'default');
    expect(await increment()).toEqual({
      totalHits: 1,
      timeToExpire: 60,
      isBlocked: false,
      timeToBlockExpire: 0,
    });
    expect(await increment()).toEqual({
      totalHits: 2,
      timeToExpire: 90,
      isBlocked: true,
      timeToBlockExpire: 90,
    });
  });

  it('takes a block of no time for none: the window ends when it would have', async () => {
    const key = anyone();
    const increment = () => storage.increment(key, 60_000, 1, 0, 'default');
    await increment();
    clock.advanceSeconds(20);
    expect(await increment()).toMatchObject({ totalHits: 2, timeToExpire: 40, isBlocked: true });
    clock.advanceSeconds(39.999);
    expect(await increment()).toMatchObject({ totalHits: 3, isBlocked: true });
    clock.advanceSeconds(0.001);
    expect(await increment()).toMatchObject({ totalHits: 1, isBlocked: false });
  });
});
