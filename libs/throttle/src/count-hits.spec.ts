import { compile, part, sql } from '@app/database';
import { countHits, type Hit } from './count-hits.js';

const now = new Date('2026-01-15T12:00:00.000Z');
const hit = (key: string, windowSeconds: number): Hit => ({ key, limit: 1, windowSeconds });
const keysIn = (hits: Hit[]) =>
  compile(countHits(hits, now)).values.filter((value) => hits.some(({ key }) => key === value));

describe('countHits', () => {
  it('locks in one order, by window and then key, whatever the order of the limits', () => {
    const hits = [hit('c', 60), hit('a', 3600), hit('b', 60)];
    expect(keysIn(hits)).toEqual(['b', 'c', 'a']);
    expect(keysIn(hits.toReversed())).toEqual(['b', 'c', 'a']);
  });

  it('locks last what has a window of ever another length, in the order of the keys', () => {
    const varying = (key: string, windowSeconds: number) => ({ ...hit(key, windowSeconds), varies: true });
    expect(keysIn([varying('y', 1), varying('x', 9), hit('z', 60)])).toEqual(['z', 'x', 'y']);
    expect(keysIn([varying('x', 1), hit('z', 60), varying('y', 120)])).toEqual(['z', 'x', 'y']);
  });

  it('has one text for a number of limits, so that it stays prepared', () => {
    const one = compile(
      countHits(
        [hit('a', 1), { ...hit('b', 60), blockSeconds: 5 }],
        now,
        part('session', sql`SELECT ${1}::int AS n`),
      ),
    );
    const other = compile(
      countHits([hit('x', 9), hit('y', 8)], new Date(0), part('session', sql`SELECT ${2}::int AS n`)),
    );
    expect(one.text).toBe(other.text);
  });
});
