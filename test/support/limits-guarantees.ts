import { part, sql } from '@app/database';
import type { LimitsStorage } from '@app/throttle';
import type { TestClock } from './test-clock.js';

type Hit = Parameters<LimitsStorage['count']>[0][number];

let callers = 0;
export const anyone = () => `caller-${++callers}`;
export const minute = (tracker: string, limit = 50): Hit => ({
  name: 'minute',
  tracker,
  limit,
  windowSeconds: 60,
});
export const hour = (tracker: string, limit = 50): Hit => ({
  name: 'hour',
  tracker,
  limit,
  windowSeconds: 3600,
});
export const times = <T>(count: number, act: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => act(index)));
export const passed = (verdicts: { refused: boolean }[]) => verdicts.filter(({ refused }) => !refused).length;

/** What counting promises, wherever the counters are. `replica`: of another process, on the same counters. */
export function describeLimits(
  clock: TestClock,
  stores: () => { storage: LimitsStorage; replica: LimitsStorage },
): void {
  const hit = (...hits: Hit[]) => stores().storage.count(hits, clock.now());
  const passes = async (...hits: Hit[]) => !(await hit(...hits)).refused;

  describe('a limit', () => {
    it('lets exactly fifty of two hundred simultaneous requests pass', async () => {
      const caller = anyone();
      expect(passed(await times(200, () => hit(minute(caller))))).toBe(50);
    });

    it('lets exactly fifty of two hundred pass when they reach two replicas', async () => {
      const caller = anyone();
      const verdicts = await times(200, (index) =>
        (index % 2 ? stores().storage : stores().replica).count([minute(caller)], clock.now()),
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
      expect(await hit(minute(caller, 1), hour(caller, 1))).toEqual({
        refused: true,
        retryAfterSeconds: 3590,
      });
      expect(await hit(minute(caller, 1), hour(caller, 9))).toEqual({ refused: true, retryAfterSeconds: 50 });
    });

    it('do not begin the window of a limit that a refused request never reached', async () => {
      const caller = anyone();
      await hit(minute(caller, 1));
      await hit(minute(caller, 1), hour(caller, 1));
      clock.advanceSeconds(60);
      expect(await passes(minute(caller, 1), hour(caller, 1))).toBe(true);
      clock.advanceSeconds(60);
      expect(await hit(minute(caller, 1), hour(caller, 1))).toEqual({
        refused: true,
        retryAfterSeconds: 3540,
      });
    });

    it('do not start the block of a limit that a refused request never reached', async () => {
      const caller = anyone();
      const blocking = { ...hour(caller, 2), blockSeconds: 7200 };
      await hit(minute(caller, 1), blocking);
      clock.advanceSeconds(60);
      await hit(minute(caller, 1), blocking);
      expect(await hit(minute(caller, 1), blocking)).toEqual({ refused: true, retryAfterSeconds: 3540 });
    });
  });

  describe('the question asked with them', () => {
    const question = part(
      'session',
      sql`SELECT 7 AS n, ${'x'}::text AS word, '2026-01-15T12:00:00Z'::timestamptz AS at`,
    );

    it('is answered by its first row, with timestamps as ISO strings', async () => {
      const verdict = await stores().storage.count([minute(anyone())], clock.now(), question);
      expect(verdict).toEqual({ refused: false, found: { n: 7, word: 'x', at: expect.any(String) } });
      const at = verdict.refused ? undefined : verdict.found?.['at'];
      expect(new Date(at as string).toISOString()).toBe('2026-01-15T12:00:00.000Z');
    });

    it('is answered without any limit', async () => {
      expect(await stores().storage.count([], clock.now(), question)).toMatchObject({ found: { n: 7 } });
    });

    it('finds nothing when it has no row', async () => {
      const nothing = part('session', sql`SELECT 1 AS n WHERE false`);
      expect(await stores().storage.count([minute(anyone())], clock.now(), nothing)).toEqual({
        refused: false,
      });
    });

    it('is not even run for a refused request', async () => {
      const caller = anyone();
      const failing = part('session', sql`SELECT 1 / count(*) AS n FROM request_limits WHERE key = 'none'`);
      await expect(stores().storage.count([minute(caller, 1)], clock.now(), failing)).rejects.toMatchObject({
        code: '22012',
      });
      await hit(minute(caller, 1));
      expect(await stores().storage.count([minute(caller, 1)], clock.now(), failing)).toMatchObject({
        refused: true,
      });
    });

    it('cannot write', async () => {
      const writing = part(
        'session',
        sql`WITH gone AS (DELETE FROM request_limits RETURNING 1) SELECT count(*) FROM gone`,
      );
      await expect(stores().storage.count([], clock.now(), writing)).rejects.toMatchObject({ code: '0A000' });
    });

    it('fails rather than hand over an id that JSON has rounded', async () => {
      const large = part('session', sql`SELECT 9007199254740993::bigint AS id`);
      await expect(stores().storage.count([], clock.now(), large)).rejects.toThrow('cast id to text');
    });
  });

  describe('increment', () => {
    it('speaks the terms of the library: milliseconds in, seconds out', async () => {
      const key = anyone();
      const increment = () => stores().storage.increment(key, 60_000, 1, 90_000, 'default');
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
      const increment = () => stores().storage.increment(key, 60_000, 1, 0, 'default');
      await increment();
      clock.advanceSeconds(20);
      expect(await increment()).toMatchObject({ totalHits: 2, timeToExpire: 40, isBlocked: true });
      clock.advanceSeconds(39.999);
      expect(await increment()).toMatchObject({ totalHits: 3, isBlocked: true });
      clock.advanceSeconds(0.001);
      expect(await increment()).toMatchObject({ totalHits: 1, isBlocked: false });
    });
  });
}
