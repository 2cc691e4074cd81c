import { TestClock } from '../../../test/support/test-clock.js';
import { Ids } from './ids.js';

describe('Ids', () => {
  it('never repeats one while the clock stands still, beyond 4,096 in a millisecond', () => {
    const ids = new Ids(new TestClock(), 3);
    const made = Array.from({ length: 10_000 }, () => ids.next());
    expect(new Set(made).size).toBe(10_000);
    expect([...made].sort((a, b) => Number(BigInt(a) - BigInt(b)))).toEqual(made);
  });

  it('orders by time, also across a clock that went back', () => {
    const clock = new TestClock();
    const ids = new Ids(clock, 0);
    const first = BigInt(ids.next());
    clock.advanceSeconds(-3600);
    const second = BigInt(ids.next());
    clock.advanceSeconds(7200);
    const third = BigInt(ids.next());
    expect(first < second && second < third).toBe(true);
  });

  it('differs from worker to worker at the same instant', () => {
    const clock = new TestClock();
    expect(new Ids(clock, 1).next()).not.toBe(new Ids(clock, 2).next());
  });

  it('fits a signed 64-bit column until 2094', () => {
    const last = BigInt(new Ids(new TestClock('2094-01-01T00:00:00Z'), 1023).next());
    expect(last < 2n ** 63n).toBe(true);
  });

  it.each([-1, 1024, 1.5])('refuses worker %d', (worker) => {
    expect(() => new Ids(new TestClock(), worker)).toThrow(RangeError);
  });
});
