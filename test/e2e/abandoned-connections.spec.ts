import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { RunningService } from '../support/running-service.js';
import { shared, type Shared } from '../support/two-services.js';
import { until } from '../support/until.js';

/** Of each way to abandon a connection. */
const TIMES = 200;
const AT_ONCE = 40;

/** How far a client goes before it goes away; `number` tells clients apart. */
type Way = (socket: Socket, number: number) => Promise<void> | void;
/** What a process holds, by its own account. */
type Held = Record<'files' | 'sockets' | 'timers' | 'busy' | 'waiting', number>;

describe('a process whose clients go away in the middle', () => {
  let common: Shared;
  let service: RunningService;

  beforeAll(async () => {
    common = await shared({ TRUSTED_PROXIES: '127.0.0.1' });
    service = await RunningService.start(common.environment);
  }, 240_000);
  afterAll(async () => {
    await service?.stop();
    await common?.mails.stop();
    await common?.database.drop();
  });

  async function held(): Promise<Held> {
    const text = await (await fetch(`${service.url}/metrics`, { headers: { Connection: 'close' } })).text();
    const of = (name: string) =>
      Number(text.match(new RegExp(`^${name.replace(/[{}]/g, '\\$&')} (.+)$`, 'm'))?.[1] ?? 0);
    const connections = (state: string) => of(`countersign_database_connections{state="${state}"}`);
    const resources = (type: string) => of(`nodejs_active_resources{type="${type}"}`);
    // The pool keeps what it has opened for ten seconds, each with a timer: that is no leak.
    const [idle, busy] = [connections('idle'), connections('busy')];
    return {
      files: of('process_open_fds') - idle - busy,
      sockets: resources('TCPSocketWrap') - idle - busy,
      timers: resources('Timeout') - idle,
      busy,
      waiting: of('countersign_database_waiting'),
    };
  }

  /** The least of some looks: timers of background work come and go. */
  async function least(): Promise<Held> {
    const looks: Held[] = [];
    for (let look = 0; look < 10; look += 1, await pause(50)) looks.push(await held());
    return looks.reduce(
      (one, other) =>
        Object.fromEntries(
          Object.entries(one).map(([name, value]) => [name, Math.min(value, other[name as keyof Held])]),
        ) as Held,
    );
  }

  async function opened(): Promise<Socket> {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    await once(socket, 'connect');
    return socket;
  }

  const head = (number: number, path: string, length: number) =>
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 10.9.${number >> 8}.${number & 255}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;
  const question = JSON.stringify({ login: 'nobody@example.com', password: 'wrong one' });
  const answered = async (socket: Socket) => void (await once(socket, 'data'));

  /** From the first byte to the answer, each where another part of the service has the request in hand. */
  const WAYS: Record<string, Way> = {
    'before a word': () => undefined,
    'in the middle of the head': (socket, number) =>
      void socket.write(head(number, '/user/auth', 10).slice(0, 60)),
    'in the middle of the body': (socket, number) =>
      void socket.write(`${head(number, '/user/auth', question.length)}${question.slice(0, 20)}`),
    'while a statement runs': (socket, number) => void socket.write(`${head(number, '/user/get_info', 2)}{}`),
    'while a password is hashed': (socket, number) =>
      void socket.write(`${head(number, '/user/auth', question.length)}${question}`),
    'after the answer, on a connection that is kept': async (socket, number) => {
      socket.write(`${head(number, '/user/get_info', 2)}{}`);
      await answered(socket);
    },
  };

  /** A reset and not an end: the service hears of it when it looks, and not at the end of a request. */
  async function abandon(way: Way, number: number) {
    const socket = await opened();
    await way(socket, number);
    // So that what was written has left before the reset takes it along.
    await pause(number % 20);
    socket.resetAndDestroy();
  }

  async function abandonAll(way: Way): Promise<void> {
    const numbers = Array.from({ length: TIMES }, (_, number) => number);
    const hand = async () => {
      for (let number = numbers.pop(); number !== undefined; number = numbers.pop())
        await abandon(way, number);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, hand));
  }

  const fits = (now: Held, before: Held) =>
    Object.entries(before).every(([name, value]) => now[name as keyof Held] <= value);

  it('would show each connection that it holds', async () => {
    const before = await least();
    const sockets = await Promise.all(Array.from({ length: 20 }, opened));
    const during = await held();
    expect(during.files - before.files).toBeGreaterThanOrEqual(20);
    expect(during.sockets - before.sockets).toBeGreaterThanOrEqual(20);
    for (const socket of sockets) socket.destroy();
    await until(async () => fits(await held(), before), 'what was held before');
  });

  it(`holds nothing of ${TIMES * Object.keys(WAYS).length} of them: no file, socket, timer or connection`, async () => {
    for (const way of Object.values(WAYS)) for (let n = 0; n < 3; n += 1) await abandon(way, n);
    await until(async () => (await held()).busy === 0);
    const before = await least();
    for (const way of Object.values(WAYS)) await abandonAll(way);
    let now = await held();
    await until(async () => fits((now = await held()), before)).catch(() => undefined);
    for (const name of Object.keys(before) as (keyof Held)[])
      expect({ [name]: now[name] }).toEqual({ [name]: Math.min(now[name], before[name]) });
  }, 120_000);
});
