import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCountersign } from '../contenders/contender.js';
import { send } from '../load/load.js';
import { CONNECTIONS, type Instruments } from '../operations/measure.js';
import { requestOf } from '../operations/people.js';
import { figure } from '../report/statistics.js';
import type { Figures } from './scene.js';

const MEBIBYTE = 2 ** 20;
/** What an idle service has let go of by then. */
const IDLE_MS = 5000;

/** Milliseconds from the start of the process to its first answer: medians of some starts, the build apart. */
export async function startUp({ postgres }: Instruments, times: number): Promise<Figures> {
  const [external, fresh, existing]: [number[], number[], number[]] = [[], [], []];
  for (let i = 0; i < times; i += 1) {
    const database = await postgres.create('start_up');
    external.push(await timed({ DATABASE_URL: database.url }));
    await database.drop();
    const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-embedded-'));
    fresh.push(await timed({ DATA_DIR: folder }));
    existing.push(await timed({ DATA_DIR: folder }));
    rmSync(folder, { recursive: true, force: true });
  }
  const median = (values: number[]) => figure(values).median;
  return {
    externalMs: median(external),
    freshEmbeddedMs: median(fresh),
    existingEmbeddedMs: median(existing),
  };
}

async function timed(env: Record<string, string>): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-start-'));
  const begun = performance.now();
  const { program } = await startCountersign({ folder, env });
  const elapsed = performance.now() - begun;
  await program.stop();
  rmSync(folder, { recursive: true, force: true });
  return elapsed;
}

/** Resident memory in MiB: idle, under load, and whether it still grows between the first and the second half of the requests. */
export async function memory(
  { postgres, generator }: Instruments,
  folder: string,
  requestCount: number,
): Promise<Figures> {
  const database = await postgres.create('memory');
  const { url, program } = await startCountersign({
    folder,
    database,
    env: { TRUSTED_PROXIES: '127.0.0.1' },
  });
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const rss = async () => (await program.usage()).rss / MEBIBYTE;
  const idle = await rss();
  // Of sessions that nobody has: refused by the same statement, and needs no preparation.
  const requests = Array.from({ length: requestCount / 2 }, (_, number) =>
    requestOf(number, 'POST', '/user/get_info', {
      body: {},
      authorization: `NVX ${String(number).padStart(32, '0')}`,
    }),
  );
  const half = () =>
    send(generator, {
      url,
      requests,
      connections: CONNECTIONS,
      seconds: Infinity,
      repeats: false,
      mayFail: true,
    });
  await half();
  const afterHalf = await rss();
  await half();
  const afterAll = await rss();
  await program.stop();
  await database.drop();
  return { idle, afterHalf, afterAll, requests: requestCount };
}
