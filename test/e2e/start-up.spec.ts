import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child, ensureBuilt } from '../support/child.js';
import { createTestDatabase, type TestDatabase } from '../support/test-database.js';
import { until } from '../support/until.js';

type Environment = Record<string, string>;

const KEYS = `k1:${Buffer.alloc(32, 9).toString('base64')}`;
const production: Environment = {
  NODE_ENV: 'production',
  SMTP_URL: 'smtp://127.0.0.1:2525',
  MAIL_FROM: 'Example <login@example.com>',
  PUBLIC_URL: 'https://login.example.com',
};

let database: TestDatabase;
let dataDir: string;

beforeAll(async () => {
  await ensureBuilt();
  database = await createTestDatabase();
}, 120_000);

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'countersign-start-'));
});

afterEach(async () => {
  await Child.endAll();
  rmSync(dataDir, { recursive: true, force: true });
});

afterAll(() => database.drop());

/** What `npm start` runs, with nothing in its environment but this. */
function launch(environment: Environment = {}): Child {
  const env = { PORT: '0', DATA_DIR: dataDir, ...environment };
  return new Child(['scripts/start.mjs'], { env });
}

const launchOnDatabase = (environment: Environment = {}) =>
  launch({ DATABASE_URL: database.url, COUNTERSIGN_KEYS: KEYS, ...environment });

async function readyAt(child: Child): Promise<URL> {
  return new URL((await child.says(/ready: (http\S+?)["\s]/))[1] ?? '');
}

/** Everything a start says that fails: it has to be for a person, and to end with 1. */
async function refusal(child: Child): Promise<string> {
  expect(await child.exited).toBe(1);
  expect(child.stderr).not.toMatch(/^\s+at /m);
  expect(child.stdout).not.toMatch(/^\s+at /m);
  return child.stderr;
}

/** A request that waits for the second half of its body, so that it is in flight for as long as a test needs. */
async function requestInFlight({ port }: URL): Promise<{ socket: Socket; finish(): Promise<string> }> {
  const body = JSON.stringify({ login: 'nobody@example.com', password: 'not the password' });
  const socket = connect(Number(port), '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += String(chunk)));
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const head = [
    'POST /user/auth HTTP/1.1',
    'Host: localhost',
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
  ];
  await new Promise<void>((resolve) =>
    socket.write(`${head.join('\r\n')}\r\n\r\n${body.slice(0, 10)}`, () => resolve()),
  );
  return {
    socket,
    async finish() {
      socket.write(body.slice(10));
      await closed;
      return answer;
    },
  };
}

const refusesConnections = ({ port }: URL) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('error', () => resolve(true));
    socket.once('connect', () => resolve(socket.destroy() && false));
  });

describe('The service, started with nothing configured', () => {
  it('runs on a database of its own, says where its pages are, and leaves nothing running', async () => {
    const child = launch();
    const url = await readyAt(child);
    const pages =
      /explorer +(\S+)\s+mailbox +(\S+)\s+health +(\S+)/.exec((await child.says(/health +\S+/)).input) ?? [];
    for (const page of pages.slice(1)) expect((await fetch(page)).status).toBe(200);
    expect(pages[3]).toBe(`${url.origin}/health/ready`);
    const serverPid = Number(
      readFileSync(join(dataDir, 'postgres/data/postmaster.pid'), 'utf8').split('\n')[0],
    );
    child.kill('SIGTERM');
    expect(await child.exited).toBe(0);
    expect(() => process.kill(serverPid, 0)).toThrow('ESRCH');
  });

  it('starts again on the folder that the first start made', async () => {
    const first = launch();
    await readyAt(first);
    first.kill('SIGINT');
    expect(await first.exited).toBe(0);
    const second = launch();
    await second.says(/Migrating: up to date/);
    expect((await fetch(new URL('/health/ready', await readyAt(second)))).status).toBe(200);
  });

  it('refuses a folder that another one runs on', async () => {
    await readyAt(launch());
    expect(await refusal(launch())).toMatch(
      /^The folder .*postgres is in use by another Countersign process\.\n$/,
    );
  });
});

describe('A start that cannot succeed', () => {
  it('lists every problem of the configuration at once and prints no value', async () => {
    const child = launch({
      PORT: 'secret-1',
      SMTP_URL: 'secret-2',
      COUNTERSIGN_KEYS: 'secret-3',
      SIGN_IN_CODE_SECONDS: '601',
    });
    const said = await refusal(child);
    for (const name of ['PORT', 'SMTP_URL', 'COUNTERSIGN_KEYS', 'SIGN_IN_CODE_SECONDS'])
      expect(said).toContain(`\n  ${name} must be`);
    expect(said + child.stdout).not.toMatch(/secret-|601/);
  });

  it('is refused in production for each thing that is only for development', async () => {
    const said = await refusal(launch({ NODE_ENV: 'production' }));
    for (const name of ['DATABASE_URL', 'COUNTERSIGN_KEYS', 'SMTP_URL', 'MAIL_FROM', 'PUBLIC_URL']) {
      expect(said).toContain(`\n  ${name} must be set in production`);
    }
  });

  it('says in one sentence that the port is taken', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const said = await refusal(launchOnDatabase({ PORT: String(port) })).finally(() => other.close());
    expect(said).toBe(
      `Countersign cannot listen on 127.0.0.1:${port}: another program does, choose another PORT.\n`,
    );
  });

  it.each([
    [
      'is out of reach',
      'postgres://someone:hunter2@127.0.0.1:1/auth',
      /^The database at 127\.0\.0\.1:1\/auth cannot be used: .*ECONNREFUSED.*\.\n$/,
    ],
    [
      'has an unknown host',
      'postgres://someone:hunter2@database.invalid/auth',
      /^The database at database\.invalid\/auth cannot be used: .*\.\n$/,
    ],
  ])('says in one sentence that the database %s, without its password', async (_, url, sentence) => {
    const said = await refusal(launch({ DATABASE_URL: url }));
    expect(said).toMatch(sentence);
    expect(said).not.toContain('hunter2');
  });

  it('says in one sentence that the database does not let it in', async () => {
    const url = new URL(database.url);
    url.pathname = '/missing';
    expect(await refusal(launch({ DATABASE_URL: url.href }))).toMatch(
      /cannot be used: database "missing" does not exist\.\n$/,
    );
  });
});

describe('The service, when it is told to stop', () => {
  it('answers the request in flight, takes no other, and ends with 0', async () => {
    const child = launchOnDatabase();
    const url = await readyAt(child);
    const { finish } = await requestInFlight(url);
    child.kill('SIGTERM');
    await until(() => refusesConnections(url));
    expect(await finish()).toMatch(/^HTTP\/1\.1 4\d\d [^]*"success":false/);
    expect(await child.exited).toBe(0);
  });

  it('does not wait for a connection that is only kept alive', async () => {
    const child = launchOnDatabase();
    const { port } = await readyAt(child);
    const socket = connect(Number(port), '127.0.0.1');
    const answered = new Promise((resolve) => socket.once('data', resolve));
    socket.write('GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await answered;
    child.kill('SIGTERM');
    expect(await child.exited).toBe(0);
  });

  it('takes the two signals of one Ctrl-C under npm for one', async () => {
    const child = launchOnDatabase();
    const url = await readyAt(child);
    const { finish } = await requestInFlight(url);
    child.kill('SIGINT');
    child.kill('SIGINT');
    await until(() => refusesConnections(url));
    expect(await finish()).toMatch(/^HTTP\/1\.1 4/);
    expect(await child.exited).toBe(0);
  });

  it('ends at once when it is told again', async () => {
    const child = launchOnDatabase();
    const { socket } = await requestInFlight(await readyAt(child));
    await until(() => !child.kill('SIGTERM'));
    expect(await child.exited).toBe(1);
    socket.destroy();
  });
});

describe('The service in production', () => {
  it('writes nothing but JSON lines, and has no mailbox', async () => {
    const child = launchOnDatabase(production);
    const url = await readyAt(child);
    expect((await fetch(new URL('/dev/mailbox', url))).status).toBe(404);
    child.kill('SIGTERM');
    expect(await child.exited).toBe(0);
    const lines = child.stdout.split('\n').filter(Boolean);
    for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level');
    expect(child.stdout).not.toMatch(/mailbox|Making a database/);
    expect(child.stderr).toBe('');
  });
});
