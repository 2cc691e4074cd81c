import { briefly } from './brief-memory.js';

describe('briefly', () => {
  let at: number;
  let asked: number;
  const elapsed = () => at;

  beforeEach(() => {
    at = 5000;
    asked = 0;
  });

  it('remembers an answer for a second, and not longer', async () => {
    const ask = briefly(async () => (asked += 1), elapsed);
    expect([await ask(), await ask()]).toEqual([1, 1]);
    at += 999;
    expect(await ask()).toBe(1);
    at += 1;
    expect([await ask(), await ask()]).toEqual([2, 2]);
  });

  it('asks once for all who come while it is asked, however long that takes', async () => {
    let answer = (_value: string) => {};
    const ask = briefly(() => {
      asked += 1;
      return new Promise<string>((resolve) => (answer = resolve));
    }, elapsed);
    const first = ask();
    at += 60_000;
    const second = ask();
    answer('there');
    expect(await Promise.all([first, second])).toEqual(['there', 'there']);
    at += 999;
    expect(await ask()).toBe('there');
    expect(asked).toBe(1);
  });

  it('remembers a failure too, and gets over it', async () => {
    const ask = briefly(async () => {
      asked += 1;
      if (asked === 1) throw new Error('away');
      return 'back';
    }, elapsed);
    await expect(ask()).rejects.toThrow('away');
    await expect(ask()).rejects.toThrow('away');
    expect(asked).toBe(1);
    at += 1000;
    expect(await ask()).toBe('back');
  });
});
