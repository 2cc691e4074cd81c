import type { INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ConfigModule, readConfig } from '@app/config';
import { Database, DatabaseModule, sql, statement, type Query } from '@app/database';
import { Clock, KeyRing } from '@app/kernel';
import { ServerKeys, ServerKeysModule, ServerKeysRepository } from '@app/server-keys';
import { dataSourceOptions } from '../../ormconfig.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';

const key = (id: string, fill: number) => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;
const [OLD, NEW, OTHER] = [key('k1', 1), key('k2', 2), key('x1', 9)];
/** Without a word from a replica for this long it is lost. */
const LOST_SECONDS = 60;

let database: TestDatabase;
let clock: TestClock;
let up: INestApplicationContext[];

beforeEach(async () => {
  database = await createTestDatabase();
  clock = new TestClock();
  up = [];
});
afterEach(async () => {
  await Promise.all(up.map((nest) => nest.close()));
  await database.drop();
});

/** What a process of the service has of its key ring. */
async function start(keys: string): Promise<Ring> {
  const ring = await open(keys);
  await ring.keys.join();
  return ring;
}

/** The same before it has entered; nothing runs by itself, so the test beats. */
async function open(keys: string): Promise<Ring> {
  const config = readConfig({ NODE_ENV: 'test', COUNTERSIGN_KEYS: keys });
  const module = await Test.createTestingModule({
    imports: [
      ConfigModule.forRoot(config),
      DatabaseModule.forRoot(() => dataSourceOptions(database.url, 2)),
      ServerKeysModule,
    ],
  })
    .overrideProvider(Clock)
    .useValue(clock)
    .compile();
  up.push(module);
  return new Ring(module);
}

const answerOf = (entered: Promise<unknown>) =>
  entered.then(
    () => 'admitted',
    (error: Error) => error.message,
  );
const refusal = (keys: string) => answerOf(start(keys));
/** Of a command, whose ring was given to it or made up. */
const refusalOfCommand = (keys: string, given = true) =>
  answerOf(open(keys).then((ring) => ring.keys.compare(given)));

class Ring {
  constructor(private readonly nest: INestApplicationContext) {}

  get keys(): ServerKeys {
    return this.nest.get(ServerKeys);
  }

  get maker(): string {
    return this.nest.get(KeyRing).makesWith;
  }

  async beat(): Promise<string> {
    await this.keys.beat();
    return this.maker;
  }

  async leave(): Promise<void> {
    await this.keys.leave();
  }

  forget(keyId: string): Promise<object[]> {
    return this.rows(statement(this.nest.get(ServerKeysRepository).forget(keyId, clock.now())));
  }

  rows(query: Query): Promise<object[]> {
    return this.nest.get(Database).rows(query);
  }

  known(): Promise<string[]> {
    const status = this.nest.get(ServerKeysRepository).status(clock.now());
    return status.then(({ keys }) => keys.map(({ keyId }) => keyId).sort());
  }
}

/** Long enough for one to be the newest. */
const later = () => clock.advanceSeconds(1);

describe('a key ring', () => {
  it('is the one that a database is first used with', async () => {
    const first = await start(OLD);
    expect(await first.known()).toEqual(['k1']);
    expect(await refusal(OLD)).toBe('admitted');
  });

  it('is refused when it is another, by whatever process, and nothing is written of it', async () => {
    const first = await start(OLD);
    for (const enter of [refusal, refusalOfCommand])
      expect(await enter(OTHER)).toMatch(/^COUNTERSIGN_KEYS has none of the keys .*\(k1\)/);
    expect(await first.known()).toEqual(['k1']);
  });

  it('is refused when a key of it is another of the same name', async () => {
    await start(OLD);
    expect(await refusal(key('k1', 3))).toMatch(/another key of the name k1/);
    expect(await refusal(`${OTHER},${key('k1', 3)}`)).toMatch(/another key of the name k1/);
  });

  it('of which one of all first starts wins', async () => {
    const rings = [OLD, OTHER, NEW].flatMap((ring) => [ring, ring]);
    const answers = await Promise.all(rings.map((ring) => refusal(ring)));
    const admitted = rings.filter((_, index) => answers[index] === 'admitted');
    expect(admitted).toHaveLength(2);
    expect(new Set(admitted).size).toBe(1);
  });

  it('made up by a command is not the first one of a database that is not its own', async () => {
    expect(await refusalOfCommand(OTHER, false)).toMatch(/^COUNTERSIGN_KEYS is not set/);
    expect(await refusalOfCommand(OLD)).toBe('admitted');
    expect(await refusal(OLD)).toBe('admitted');
    expect(await refusal(OTHER)).toMatch(/none of the keys/);
  });

  it('may be another one when every key was forgotten, which no running replica allows', async () => {
    const first = await start(OLD);
    const keeper = await open(OTHER);
    expect(await keeper.forget('k1')).toEqual([]);
    await first.leave();
    expect(await keeper.forget('k1')).toEqual([{ key_id: 'k1' }]);
    expect(await keeper.known()).toEqual([]);
    expect(await refusal(OTHER)).toBe('admitted');
  });
});

describe('a key', () => {
  it('makes when it is in front, and every replica has it', async () => {
    const [one, two] = [await start(OLD), await start(OLD)];
    later();
    const added = await start(`${OLD},${NEW}`);
    expect([await added.beat(), await one.beat()]).toEqual(['k1', 'k1']);

    await one.leave();
    later();
    const front = await start(`${NEW},${OLD}`);
    expect(front.maker).toBe('k1');
    expect(await front.beat()).toBe('k1');

    await two.leave();
    expect(await front.beat()).toBe('k2');
    expect([added.maker, await added.beat()]).toEqual(['k1', 'k2']);
  });

  it('that is put in front at once waits for the others too', async () => {
    const old = await start(OLD);
    later();
    const front = await start(`${NEW},${OLD}`);
    for (const each of [front, old, front]) expect(await each.beat()).toBe('k1');
    clock.advanceSeconds(LOST_SECONDS - 1);
    expect(await front.beat()).toBe('k1');
    clock.advanceSeconds(1);
    expect(await front.beat()).toBe('k2');
  });

  it('goes back when the newest replica has it so', async () => {
    const front = await start(`${OLD},${NEW}`);
    later();
    const newer = await start(`${NEW},${OLD}`);
    expect(await newer.beat()).toBe('k2');
    later();
    const back = await start(`${OLD},${NEW}`);
    expect(back.maker).toBe('k2');
    expect([await back.beat(), await front.beat(), await newer.beat()]).toEqual(['k1', 'k1', 'k1']);
  });

  it('cannot leave the ring while it makes, and can when another does', async () => {
    const both = await start(`${OLD},${NEW}`);
    expect(await refusal(NEW)).toMatch(/^COUNTERSIGN_KEYS lacks k1, the key under which/);
    later();
    const front = await start(`${NEW},${OLD}`);
    expect(await front.beat()).toBe('k2');
    expect(await both.beat()).toBe('k2');
    expect(await refusal(NEW)).toBe('admitted');
    expect(await refusal(OLD)).toMatch(/lacks k2/);
  });

  it('is never one that a replica lacks which comes up at that moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const old = await start(OLD);
      await old.leave();
      later();
      const front = await start(`${NEW},${OLD}`);
      const [maker, late] = await Promise.all([front.beat(), refusal(OLD)]);
      if (late === 'admitted') expect(maker).toBe('k1');
      else expect([maker, late]).toEqual(['k2', expect.stringMatching(/lacks k2/)]);
      await front.rows(sql`TRUNCATE server_keys, replicas`);
      await Promise.all(up.splice(0).map((nest) => nest.close()));
    }
  });
});
