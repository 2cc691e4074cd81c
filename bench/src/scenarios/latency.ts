import { perSecond, send } from '../load/load.js';
import type { BenchRequest } from '../load/load.js';
import { requestOf } from '../operations/people.js';
import { BenchProcess, built } from '../processes/bench-process.js';
import { freshLoad, loadOf, type Figures, type Scene } from './scene.js';

/** Of the highest throughput: what a service that is sized well has to do at its busiest. */
const STEADY_SHARE = 0.7;
/** What is left beside a flood has to be possible on cores that hash passwords, too. */
const QUIET_SHARE = 0.2;
const FLOOD_CONNECTIONS = 32;

/** How far the slowest are from the middle where requests come evenly, at 70 % of what goes. */
export async function steady(scene: Scene): Promise<Figures> {
  const highest = perSecond(await freshLoad(scene));
  const { p50, p99 } = await freshLoad(scene, { rate: highest * STEADY_SHARE });
  return { highestPerSecond: highest, p50, p99, p99OfP50: p99 / p50 };
}

/** What a flood of password logins does to those who verify a code meanwhile. */
export async function flood(scene: Scene, folder: string): Promise<Figures> {
  const rate = perSecond(await freshLoad(scene)) * QUIET_SHARE;
  const quiet = await freshLoad(scene, { rate });
  const log = `${folder}/flood.log`;
  const flooder = new BenchProcess({ name: 'the flood', args: [built('load/generator.js')], log });
  try {
    await scene.product.database?.restore();
    const requests = wrongPasswords();
    const connections = FLOOD_CONNECTIONS;
    const flooding = send(flooder, loadOf(scene, { requests, connections, repeats: true, mayFail: true }));
    const flooded = await send(scene.instruments.generator, loadOf(scene, { rate }));
    const { failed, elapsed } = await flooding;
    const passwordsPerSecond = (failed / elapsed) * 1000;
    return {
      quietP99: quiet.p99,
      floodedP99: flooded.p99,
      ratio: flooded.p99 / quiet.p99,
      passwordsPerSecond,
    };
  } finally {
    await flooder.stop();
  }
}

/** Of people whom nobody knows, each another: they cost what known ones cost, and no lock stops them. */
function wrongPasswords(): BenchRequest[] {
  return Array.from({ length: 20_000 }, (_, number) =>
    requestOf(number, 'POST', '/auth/token', {
      body: { email: `nobody${number}@example.com`, password: 'wrong one' },
    }),
  );
}
