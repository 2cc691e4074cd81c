import { startCountersign } from '../contenders/contender.js';
import { send, type BenchRequest } from '../load/load.js';
import { CONNECTIONS, type Instruments } from '../operations/measure.js';
import { requestOf } from '../operations/people.js';
import type { Figures } from './scene.js';

const MEBIBYTE = 2 ** 20;
/** What an idle service has let go of by then. */
const IDLE_MS = 5000;
/** Without a limit the engine lets garbage lie for as long as the machine has memory, and what is resident says nothing. */
const HEAP_MIB = 384;
/** Of all requests, so many warm up: what grows from there on would go on growing. */
const TENTH = 0.1;

/**
 * Requests of all protocols that need no preparation: sessions, tokens and people that there are not, and new browsers. They are parsed,
 * limited, asked of the database, refused in the protocol's words, logged and counted like any other.
 */
const KINDS: ((number: number) => BenchRequest)[] = [
  (number) =>
    requestOf(number, 'POST', '/user/get_info', {
      body: {},
      authorization: `NVX ${String(number).padStart(32, '0')}`,
    }),
  (number) => requestOf(number, 'GET', '/account', { authorization: `Bearer ${number}` }),
  (number) => requestOf(number, 'POST', '/auth/token/refresh', { body: { refresh_token: String(number) } }),
  (number) =>
    requestOf(number, 'POST', '/auth/login/init', { body: { username: `nobody${number}@example.com` } }),
  (number) => requestOf(number, 'GET', '/session'),
  (number) => requestOf(number, 'GET', '/api/2.0/authentication', { authorization: String(number) }),
];

/**
 * Memory in MiB, each time when the service is idle again: what is resident, and the heap that is left when its garbage is collected,
 * after a tenth of the requests and after all.
 */
export async function memory(
  { postgres, generator }: Instruments,
  folder: string,
  requestCount: number,
): Promise<Figures> {
  const database = await postgres.create('memory');
  const env = { TRUSTED_PROXIES: '127.0.0.1', NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}` };
  const { url, program } = await startCountersign({ folder, database, env });
  const look = async () => {
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
    const { rss: resident } = await program.usage();
    const { heap } = await program.kept();
    return { resident: resident / MEBIBYTE, heap: heap / MEBIBYTE };
  };
  const requests = Array.from({ length: Math.ceil(requestCount * TENTH) }, (_, number) =>
    (KINDS[number % KINDS.length] as (typeof KINDS)[0])(number),
  );
  const load = { url, requests, connections: CONNECTIONS, seconds: Infinity, repeats: false, mayFail: true };
  const idle = await look();
  await send(generator, load);
  const tenth = await look();
  for (let sent = requests.length; sent < requestCount; sent += requests.length) await send(generator, load);
  const all = await look();
  await program.stop();
  await database.drop();
  return {
    requests: requestCount,
    idle: idle.resident,
    afterTenth: tenth.resident,
    afterAll: all.resident,
    ratio: all.resident / tenth.resident,
    heapAfterTenth: tenth.heap,
    heapAfterAll: all.heap,
  };
}
