import { sql } from '@app/database';
import { AuthError } from '@app/kernel';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { partOf, SERVER_KEY, TokensReplica, verifiesWith } from './tokens-replica.js';

const NEW_SERVER_KEY = `s2:${Buffer.alloc(32, 2).toString('base64')}`;
const ACTIVATION_SECONDS = 600;
const RELOAD_SECONDS = 60;
const LONGEST_LIFE_SECONDS = 3600;
/** After a look that found a key it cannot open, a replica looks again. */
const RETRY_SECONDS = 5;
const LEEWAY_SECONDS = 30;

const kidOf = (token: string) => partOf(token, 0)['kid'];

let clock: TestClock;
let testDatabase: TestDatabase;
let replicas: TokensReplica[];
let one: TokensReplica;
let two: TokensReplica;

const start = async (environment?: Record<string, string>) => {
  const replica = await TokensReplica.start(testDatabase.url, clock, environment);
  replicas.push(replica);
  return replica;
};
const stored = async () =>
  one.database.rows<{ kid: string }>(sql`SELECT kid FROM signing_keys ORDER BY signs_from`);

beforeEach(async () => {
  clock = new TestClock();
  testDatabase = await createTestDatabase();
  replicas = [];
  [one, two] = [await start(), await start()];
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await testDatabase.drop();
});

describe('the first signing key', () => {
  it('is made by exactly one of eight replicas that start at once, and shared by all', async () => {
    const all = [one, two, ...(await Promise.all(Array.from({ length: 6 }, () => start())))];
    for (let round = 0; round < 10; round += 1) {
      clock.advanceSeconds(RELOAD_SECONDS);
      await one.database.rows(sql`DELETE FROM signing_keys`);
      const tokens = await Promise.all(all.map((replica) => replica.sign()));
      expect(await stored()).toHaveLength(1);
      expect(new Set(tokens.map(kidOf)).size).toBe(1);
    }
  });

  it('is made once by one replica, however many requests need it at once', async () => {
    const rows = jest.spyOn(one.database, 'rows');
    const tokens = await Promise.all(Array.from({ length: 50 }, () => one.sign()));
    expect(new Set(tokens.map(kidOf)).size).toBe(1);
    expect(rows.mock.calls.length).toBe(3);
  });

  it('gives tokens of one replica to another, after a restart too', async () => {
    const token = await one.sign();
    expect(await two.accepts(token)).toBe(true);
    expect(await (await start()).accepts(token)).toBe(true);
  });

  it('is sealed: the table holds neither half of it', async () => {
    await one.sign();
    const [jwk] = await one.keys.published(clock.now());
    const table = JSON.stringify(await one.database.rows(sql`SELECT * FROM signing_keys`));
    expect(table).not.toContain('PRIVATE KEY');
    expect(table).not.toContain(jwk?.x);
  });
});

describe('a rotation', () => {
  it('publishes the new key for ten minutes before it signs, on every replica', async () => {
    const [old] = await one.published();
    await two.published();
    const rotation = await one.rotate();
    expect(rotation?.signsFrom).toEqual(new Date(clock.now().getTime() + ACTIVATION_SECONDS * 1000));

    clock.advanceSeconds(RELOAD_SECONDS);
    for (const replica of [one, two]) expect(await replica.published()).toEqual([old, rotation?.kid]);
    clock.advanceSeconds(ACTIVATION_SECONDS - RELOAD_SECONDS - 0.001);
    for (const replica of [one, two]) expect(kidOf(await replica.sign())).toBe(old);
    clock.advanceSeconds(0.001);
    for (const replica of [one, two]) {
      const token = await replica.sign();
      expect(kidOf(token)).toBe(rotation?.kid);
      expect(verifiesWith((await replica.keys.published(clock.now()))[1] as object, token)).toBe(true);
    }
  });

  it('ends no token: the last one of the old key verifies to its end and not after', async () => {
    await two.published();
    await one.sign();
    await one.rotate();
    clock.advanceSeconds(ACTIVATION_SECONDS - 1);
    const last = await two.sign({}, LONGEST_LIFE_SECONDS);
    clock.advanceSeconds(LONGEST_LIFE_SECONDS - 1);
    for (const replica of [one, two]) expect(await replica.accepts(last)).toBe(true);
    clock.advanceSeconds(1);
    for (const replica of [one, two]) expect(await replica.accepts(last)).toBe(false);
  });

  it('ends the old key when no token of it can be good, and the next one forgets it', async () => {
    const [old] = await one.published();
    const second = await one.rotate();
    clock.advanceSeconds(ACTIVATION_SECONDS + LONGEST_LIFE_SECONDS + LEEWAY_SECONDS - 0.001);
    expect(await one.published()).toEqual([old, second?.kid]);
    clock.advanceSeconds(0.001);
    expect(await one.published()).toEqual([second?.kid]);
    const third = await one.rotate();
    expect((await stored()).map(({ kid }) => kid)).toEqual([second?.kid, third?.kid]);
  });

  it('happens once when eight operators ask at once, and not again before it has taken effect', async () => {
    await one.sign();
    const rotations = await Promise.all(Array.from({ length: 8 }, (_, i) => (i % 2 ? one : two).rotate()));
    expect(rotations.filter((rotation) => rotation !== undefined)).toHaveLength(1);
    clock.advanceSeconds(ACTIVATION_SECONDS - 1);
    expect(await one.rotate()).toBeUndefined();
    expect(await stored()).toHaveLength(2);
    clock.advanceSeconds(1);
    expect(await one.rotate()).toBeDefined();
  });

  it('does nothing before there is a key', async () => {
    expect(await one.rotate()).toBeUndefined();
    expect(await stored()).toEqual([]);
  });
});

describe('a rotation because of a compromised key', () => {
  it('signs with the new key at once and refuses every token of the others', async () => {
    const first = await one.sign();
    await one.rotate();
    clock.advanceSeconds(ACTIVATION_SECONDS);
    const second = await one.sign();
    await one.rotate();
    expect([await one.accepts(first), await one.accepts(second)]).toEqual([true, true]);
    expect(await stored()).toHaveLength(3);

    const rotation = await one.rotate({ compromised: true });
    const restarted = await start();
    expect(kidOf(await restarted.sign())).toBe(rotation?.kid);
    expect([await restarted.accepts(first), await restarted.accepts(second)]).toEqual([false, false]);
    expect(await restarted.published()).toEqual([rotation?.kid]);
  });

  it('leaves one key that signs when eight operators ask at once', async () => {
    await one.sign();
    const ask = (_: unknown, i: number) => (i % 2 ? one : two).rotate({ compromised: true });
    const rotations = await Promise.all(Array.from({ length: 8 }, ask));
    const published = await (await start()).published();
    expect(published).toHaveLength(1);
    expect(rotations.map((rotation) => rotation?.kid)).toContain(published[0]);
  });

  it('is noticed by running replicas within a minute', async () => {
    const token = await one.sign();
    expect(await two.accepts(token)).toBe(true);
    await one.rotate({ compromised: true });
    clock.advanceSeconds(RELOAD_SECONDS);
    expect([await one.accepts(token), await two.accepts(token)]).toEqual([false, false]);
  });

  it('gives tokens that other replicas accept as soon as they have looked for the key they do not know', async () => {
    await two.sign();
    clock.advanceSeconds(5);
    await one.rotate({ compromised: true });
    const token = await one.sign();
    expect(await Promise.all([1, 2, 3].map(() => two.accepts(token)))).toEqual([true, true, true]);
  });
});

describe('the table of keys', () => {
  const stranger = (token: string, kid: string) => {
    const header = Buffer.from(JSON.stringify({ alg: 'ES256', typ: 'JWT', kid })).toString('base64url');
    return [header, ...token.split('.').slice(1)].join('.');
  };

  it('is looked at once in a minute, and once in five seconds for keys that nobody has', async () => {
    const token = await one.sign();
    const rows = jest.spyOn(one.database, 'rows');
    for (let second = 0; second < 60; second += 1) {
      for (let i = 0; i < 10; i += 1)
        expect(await one.accepts(stranger(token, `k${second}-${i}`))).toBe(false);
      expect(await one.accepts(token)).toBe(true);
      clock.advanceSeconds(1);
    }
    expect(rows).toHaveBeenCalledTimes(11);
    rows.mockClear();
    clock.advanceSeconds(59);
    await one.accepts(token);
    await Promise.all(Array.from({ length: 20 }, () => one.accepts(token)));
    expect(rows).toHaveBeenCalledTimes(1);
  });

  it('may be out of reach for as long as no rotation can have taken effect, and no longer', async () => {
    const token = await one.sign({}, LONGEST_LIFE_SECONDS);
    const down = new AuthError('database_unavailable');
    const rows = jest.spyOn(one.database, 'rows').mockRejectedValue(down);
    clock.advanceSeconds(ACTIVATION_SECONDS - 1);
    expect(await one.accepts(token)).toBe(true);
    expect(await one.accepts(token)).toBe(true);
    expect(await one.accepts(await one.sign())).toBe(true);
    expect(rows).toHaveBeenCalledTimes(1);
    clock.advanceSeconds(1);
    await expect(one.verify(token)).rejects.toBe(down);
    await expect(one.sign()).rejects.toBe(down);
    rows.mockRestore();
    expect(await one.accepts(token)).toBe(true);
  });

  it('is believed no key that this server did not seal', async () => {
    const thief = await TokensReplica.start(testDatabase.url, clock, { COUNTERSIGN_KEYS: NEW_SERVER_KEY });
    replicas.push(thief);
    await thief.sign();
    await expect(one.sign()).rejects.toThrow(/cannot be opened: put the server key/);
  });

  it('is believed no sealed key under the name of another', async () => {
    await one.sign();
    await one.rotate();
    await one.database.rows(sql`
      UPDATE signing_keys k SET private_key_sealed = o.private_key_sealed FROM signing_keys o WHERE o.kid <> k.kid`);
    await expect(two.sign()).rejects.toThrow('cannot be opened');
  });
});

describe('a signing key that cannot be opened', () => {
  it('does not take the others with it', async () => {
    const token = await one.sign();
    await one.rotate();
    // The key that is announced was sealed under another ring, by a command that had the wrong one.
    await one.database.rows(
      sql`UPDATE signing_keys SET private_key_sealed = 'x1.AAAA' WHERE good_until IS NULL`,
    );
    expect(await two.accepts(token)).toBe(true);
    expect(kidOf(await two.sign())).toBe(kidOf(token));
    expect(await two.published()).toEqual([kidOf(token)]);
    clock.advanceSeconds(ACTIVATION_SECONDS);
    await expect(two.sign()).rejects.toThrow(/cannot be opened: put the server key/);
    expect(await two.accepts(token)).toBe(true);
  });
});

describe('a new server key', () => {
  it('opens signing keys that were sealed under the old one, and seals the next', async () => {
    const token = await one.sign();
    const both = await start({ COUNTERSIGN_KEYS: `${NEW_SERVER_KEY},${SERVER_KEY}` });
    expect(await both.accepts(token)).toBe(true);
    expect(kidOf(await both.sign())).toBe(kidOf(token));

    const rotation = await both.rotate();
    clock.advanceSeconds(ACTIVATION_SECONDS + LONGEST_LIFE_SECONDS + LEEWAY_SECONDS);
    const alone = await start({ COUNTERSIGN_KEYS: NEW_SERVER_KEY });
    expect(kidOf(await alone.sign())).toBe(rotation?.kid);
  });

  it('without the old one says what to do, and an operator can do it', async () => {
    await one.sign();
    const alone = await start({ COUNTERSIGN_KEYS: NEW_SERVER_KEY });
    await expect(alone.sign()).rejects.toThrow(
      /COUNTERSIGN_KEYS, or replace it at once with `keys rotate --compromised`/,
    );
    const rotation = await alone.rotate({ compromised: true });
    clock.advanceSeconds(RETRY_SECONDS);
    expect(kidOf(await alone.sign())).toBe(rotation?.kid);
  });
});
