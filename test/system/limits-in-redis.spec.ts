import { Database } from '@app/database';
import { KeyRing } from '@app/kernel';
import { RedisThrottlerStorage } from '../../libs/throttle/src/redis-throttler.storage.js';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../ormconfig.js';
import { anyone, describeLimits, hour, minute } from '../support/limits-guarantees.js';
import { post, PROTOCOL_CALLS } from '../support/protocol-calls.js';
import { RedisServer } from '../support/redis-server.js';
import { TestApp } from '../support/test-app.js';
import { TestClock } from '../support/test-clock.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

/** Debian's redis-server (REDIS_PATH or /usr/bin/redis-server). */
describe('limits in Redis', () => {
  const clock = new TestClock();
  const keys = KeyRing.parse(KeyRing.generateEntry('k1'));
  let redis: RedisServer;
  let database: TestDatabase;
  let pool: DataSource;
  let stores: { storage: RedisThrottlerStorage; replica: RedisThrottlerStorage };

  beforeAll(async () => {
    redis = await RedisServer.start();
    database = await createTestDatabase();
    pool = await new DataSource(dataSourceOptions(database.url, 4)).initialize();
    const store = () => new RedisThrottlerStorage(redis.url, new Database(pool), clock, keys);
    stores = { storage: store(), replica: store() };
  });
  afterAll(async () => {
    for (const store of Object.values(stores)) store.onModuleDestroy();
    await pool.destroy();
    await database.drop();
    await redis.stop();
  });

  describeLimits(clock, () => stores);

  it('are under keys that do not tell who called, and that go with their windows', async () => {
    await redis.ask((each) => each.flushall());
    await stores.storage.count([minute('ada@example.com'), hour('ada@example.com')], clock.now());
    const names = (await redis.ask((each) => each.keys('*'))) ?? [];
    expect(names).toHaveLength(2);
    for (const name of names) expect(name).toMatch(/^countersign:limit:[\w-]{43}$/);
    const lives = await redis.ask((each) => Promise.all(names.map((name) => each.pttl(name))));
    for (const life of lives ?? []) expect(life).toBeGreaterThan(0);
    expect(Math.max(...(lives ?? []))).toBeLessThanOrEqual(3_600_000);
  });

  it('leave the table of limits empty', async () => {
    await stores.storage.count([minute(anyone())], clock.now());
    expect(await pool.query('SELECT FROM request_limits')).toEqual([]);
  });
});

describe('a service that counts in Redis', () => {
  let redis: RedisServer;
  let app: TestApp;
  beforeAll(async () => {
    redis = await RedisServer.start();
    app = await TestApp.start({ LIMITS_REDIS_URL: redis.url, YAT_REQUESTS_PER_MINUTE_LIMIT: '3' });
  });
  afterAll(async () => {
    await app.stop();
    await redis.stop();
  });

  const ready = async () => {
    const response = await fetch(`${app.url}/health/ready`);
    return { status: response.status, body: await response.json() };
  };

  it('refuses the first request too many, with the time to wait', async () => {
    const answers: [status: number, retryAfter: string | null][] = [];
    for (let call = 0; call < 4; call += 1) {
      const body = { email: 'liv@example.com', password: 'correct horse battery' };
      const { status, headers } = await post(app.url, '/auth/token', body);
      answers.push([status, headers.get('retry-after')]);
    }
    expect(answers.slice(0, 3).map(([status]) => status)).not.toContain(429);
    expect(answers[3]).toEqual([429, '60']);
  });

  it('fails closed in the words of each protocol while Redis is away, is not ready, and comes back by itself', async () => {
    expect(await ready()).toMatchObject({ status: 200, body: { info: { limits: { status: 'up' } } } });
    await redis.down();
    for (const [protocol, path, body] of PROTOCOL_CALLS) {
      const response = await post(app.url, path, body);
      expect([protocol, response.status, response.headers.get('retry-after')]).toEqual([protocol, 503, '5']);
    }
    await until(async () => (await ready()).status === 503, 'not ready');
    await redis.up();
    await until(async () => (await ready()).status === 200, 'ready');
    for (const [, path, body] of PROTOCOL_CALLS)
      expect((await post(app.url, path, body)).status).not.toBe(503);
  });
});
