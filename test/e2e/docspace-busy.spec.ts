import { sql } from '@app/database';
import { hash } from '@node-rs/argon2';
import { Client } from 'pg';
import { DocspaceClient } from '../support/docspace-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

const BEING_HASHED = 4;
const WAITING = 1;
const PLACES = BEING_HASHED + WAITING;
const TRIES = 5;
const HOURLY = 20;

describe('PASSWORD_QUEUE_LIMIT, docspace', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
      PASSWORD_QUEUE_LIMIT: String(WAITING),
      PASSWORD_TRIES_LIMIT: String(TRIES),
      PASSWORD_HOURLY_LIMIT: String(HOURLY),
      DATABASE_POOL_SIZE: '20',
    });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  async function freshEmail() {
    const email = `busy${(accounts += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    return email;
  }

  /**
   * Nobody gets past the counting of failures, which is done with a place in the queue, until `release`: so the queue is as full
   * as a test wants it, for as long as it wants.
   */
  async function holdQueue() {
    const holder = new Client({ connectionString: app.databaseUrl });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE password_failures IN SHARE MODE');
    const held = async () => {
      const { rowCount } = await holder.query(
        `SELECT FROM pg_locks WHERE relation = 'password_failures'::regclass AND NOT granted`,
      );
      return rowCount;
    };
    return {
      held: (count: number) => until(async () => (await held()) === count, `${count} sign-ins that wait`),
      release: () => holder.end(),
    };
  }

  /** A queue without a free place, in which everybody has the right password. */
  async function fullQueue() {
    const email = await freshEmail();
    const queue = await holdQueue();
    const waiting = Promise.all(Array.from({ length: PLACES }, () => client.signIn(email)));
    await queue.held(PLACES);
    const empty = async () => {
      await queue.release();
      return (await waiting).map(({ status }) => status);
    };
    return { empty };
  }

  it('lets so many wait, and answers one more 429 with Retry-After while all of them still do', async () => {
    const email = await freshEmail();
    const queue = await holdQueue();
    const waiting = [];
    for (let place = 1; place <= PLACES; place += 1) {
      waiting.push(client.signIn(email));
      await queue.held(place);
    }
    const { status, headers, body } = await client.signIn(email);
    expect(status).toBe(429);
    expect(headers.get('retry-after')).toBe('1');
    expect(body).toEqual({
      error: {
        message: 'Too many login attempts. Please try again later',
        type: 'System.Exception',
        hresult: -2146233088,
      },
      status: 1,
      statusCode: 429,
    });
    await queue.held(PLACES);
    await queue.release();
    expect((await Promise.all(waiting)).map((answer) => answer.status)).toEqual(Array(PLACES).fill(200));
    expect((await client.signIn(email)).status).toBe(200);
  });

  it.each(['/authentication', '/authentication/123456', '/authentication/sendsms'])(
    'refuses POST %s alike for a known and an unknown name, and a hashed password too',
    async (path) => {
      const email = await freshEmail();
      const { empty } = await fullQueue();
      const bodies = [];
      for (const userName of [email, 'nobody@example.com'])
        for (const proof of [
          { password: PASSWORD },
          { password: 'wrong' },
          { passwordHash: '0'.repeat(64) },
        ]) {
          const { status, headers, body } = await client.call('POST', path, { userName, ...proof });
          bodies.push([status, headers.get('retry-after'), body]);
        }
      expect(new Set(bodies.map((each) => JSON.stringify(each))).size).toBe(1);
      expect(bodies[0]?.slice(0, 2)).toEqual([429, '1']);
      expect(await empty()).toEqual(Array(PLACES).fill(200));
    },
  );

  it('holds up no call that checks no password', async () => {
    const email = await freshEmail();
    const token = (await client.signIn(email)).body.response.token as string;
    const { empty } = await fullQueue();
    expect(await client.isGood({ Authorization: token })).toBe(true);
    expect((await client.call('GET', '/settings')).status).toBe(200);
    expect((await client.authorized('GET', '/settings/tfaapp', token)).status).toBe(200);
    await empty();
  });

  it('does not take a refused try for a wrong password: more of them than any limit lock nobody out', async () => {
    const email = await freshEmail();
    const { empty } = await fullQueue();
    for (let i = 0; i <= HOURLY; i += 1) {
      const { status, headers } = await client.signIn(email, i % 2 ? PASSWORD : 'wrong');
      expect([status, headers.get('retry-after')]).toEqual([429, '1']);
    }
    await empty();
    expect((await client.signIn(email)).status).toBe(200);
    for (let wrong = 0; wrong < TRIES; wrong += 1)
      expect((await client.signIn(email, 'wrong')).status).toBe(401);
    expect((await client.signIn(email)).headers.get('retry-after')).toBe('60');
  });

  it('holds a place until the password has been looked at', async () => {
    const email = await freshEmail();
    const slow = await hash(PASSWORD, { memoryCost: 19_456, timeCost: 150, parallelism: 1 });
    await app.rows(sql`UPDATE accounts SET password_hash = ${`${slow} ${slow}`} WHERE email = ${email}`);
    let answered = 0;
    const looking = Array.from({ length: PLACES }, () => client.signIn(email).finally(() => (answered += 1)));
    const counted = sql`SELECT FROM password_failures WHERE failures = ${PLACES} AND key = login`;
    await until(async () => (await app.rows(counted)).length === 1, 'the count of all of them');
    expect((await client.signIn('nobody@example.com')).status).toBe(429);
    expect(answered).toBe(0);
    expect((await Promise.all(looking)).map(({ status }) => status)).toEqual(Array(PLACES).fill(200));
  });

  it('gives its places back, however a sign-in ends', async () => {
    const email = await freshEmail();
    for (let i = 0; i < PLACES; i += 1) {
      await client.signIn(email, 'wrong');
      await client.signIn('nobody@example.com');
      await client.signIn(email, '');
    }
    const { empty } = await fullQueue();
    expect(await empty()).toEqual(Array(PLACES).fill(200));
  });

  it('abuse: of 64 simultaneous wrong passwords looks at as many as there are places, and counts those alone', async () => {
    const failures = async () =>
      (await app.rows(sql`SELECT FROM password_failures WHERE key = login`)).length;
    const before = await failures();
    const queue = await holdQueue();
    let refused = 0;
    const flood = Array.from({ length: 64 }, async (_, i) => {
      const { status, headers } = await client.signIn(`flood${i}@example.com`, 'wrong');
      if (headers.get('retry-after') === '1') refused += 1;
      return status;
    });
    await until(() => refused === 64 - PLACES, 'the refusal of all who found no place');
    await queue.release();
    expect((await Promise.all(flood)).filter((status) => status === 401)).toHaveLength(PLACES);
    expect(await failures()).toBe(before + PLACES);
  });
});
