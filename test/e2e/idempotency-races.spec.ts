import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { Child, ensureBuilt } from '../support/child.js';
import { RunningService } from '../support/running-service.js';
import { PASSWORD } from '../support/test-app.js';
import { shared, TwoServices, type Shared } from '../support/two-services.js';
import { until } from '../support/until.js';

const CALLS = 64;

interface Answer {
  status: number;
  text: string;
  cookies: string[];
}

async function post(url: string, path: string, body: object, key: string): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, text: await response.text(), cookies: response.headers.getSetCookie() };
}

/** As a client does: while the first call is under way it waits as long as it is told. */
async function untilDone(ask: () => Promise<Answer>): Promise<Answer> {
  for (let answer = await ask(); ; answer = await ask()) {
    if (answer.status !== 409) return answer;
    await pause(100);
  }
}

// Three processes of the service start, and may have to be built first.
jest.setTimeout(300_000);

beforeAll(ensureBuilt);
afterAll(() => Child.endAll());

describe(`${CALLS} calls at once under one key, at two processes`, () => {
  let two: TwoServices;

  beforeAll(async () => {
    const unlimited = [
      'YAT_REQUESTS_PER_MINUTE_LIMIT',
      'WACHT_REQUESTS_PER_MINUTE_LIMIT',
      'IDEMPOTENCY_KEYS_PER_MINUTE_LIMIT',
    ];
    two = await TwoServices.start(Object.fromEntries(unlimited.map((name) => [name, '1000000'])));
  });
  afterAll(() => two.stop());

  const race = (path: string, body: object) => {
    const key = randomUUID();
    const url = (n: number) => (two.services[n % 2] as { url: string }).url;
    return Promise.all(
      Array.from({ length: CALLS }, (_, n) => untilDone(() => post(url(n), path, body, key))),
    );
  };

  it('refresh once: all have the same two tokens', async () => {
    const email = await two.account();
    const [{ url }] = two.services;
    const begun = await post(url, '/auth/token', { email, password: PASSWORD }, randomUUID());
    const { refresh_token } = JSON.parse(begun.text) as { refresh_token: string };
    const answers = await race('/auth/token/refresh', { refresh_token });
    expect(answers[0]?.status).toBe(200);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  it('begin one browser session: all have its cookie', async () => {
    const email = await two.account();
    const answers = await race('/auth/signin', { strategy: 'email_otp', email });
    expect(answers[0]?.cookies).toHaveLength(1);
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });
});

describe('a process that is killed between what it does and the record of its answer', () => {
  let common: Shared;
  let database: Client;
  let services: RunningService[];

  beforeAll(async () => {
    common = await shared();
    services = [
      await RunningService.start(common.environment),
      await RunningService.start(common.environment),
    ];
    database = new Client({ connectionString: common.database.url });
    await database.connect();
  });
  afterAll(async () => {
    await database.end();
    await Promise.all(services.map((each) => each.stop()));
    await common.mails.stop();
    await common.database.drop();
  });

  const count = async (table: string) =>
    Number((await database.query<{ count: string }>(`SELECT count(*) FROM ${table}`)).rows[0]?.count);

  it('leaves a call that is not done a second time: 409 until its key is over', async () => {
    const [first, second] = services as [RunningService, RunningService];
    const key = randomUUID();
    const ask = ({ url }: RunningService) =>
      post(url, '/auth/signin', { strategy: 'email_otp', email: 'nobody@example.com' }, key);
    // The record waits for this lock; the claim was made before it, and the work is not concerned.
    const lock = new Client({ connectionString: common.database.url });
    await lock.connect();
    await database.query(`
      CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN PERFORM pg_advisory_xact_lock(42); RETURN NEW; END $$`);
    await database.query(
      'CREATE TRIGGER hold BEFORE UPDATE ON idempotent_calls FOR EACH ROW EXECUTE FUNCTION hold()',
    );
    await lock.query('SELECT pg_advisory_lock(42)');
    const lost = ask(first).catch((error: Error) => error);
    await until(async () => (await count('browser_attempts')) === 1, 'the work');
    await until(
      async () => (await count(`pg_locks WHERE locktype = 'advisory' AND NOT granted`)) > 0,
      'the record',
    );
    await first.kill();
    expect(String(await lost)).toMatch(/fetch failed/);
    // What the killed process had asked of the database ends with it.
    await database.query(
      `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted`,
    );
    await lock.query('SELECT pg_advisory_unlock(42)');
    await lock.end();

    const repeated = await ask(second);
    expect([repeated.status, repeated.text]).toEqual([409, expect.stringContaining('Idempotency-Key')]);
    expect(await count('browser_attempts')).toBe(1);
  });
});
