import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Profiler } from 'node:inspector';
import { CONNECTIONS, type Instruments } from '../operations/measure.js';
import type { Operation } from '../operations/operation.js';
import { setUp } from '../operations/stage.js';
import { send } from '../load/load.js';
import { breakdown, type Breakdown } from './shares.js';

export interface ProfileOptions {
  folder: string;
  seconds: number;
  count: number;
  /** Where the whole profiles go, for the browser's own viewer. */
  output?: string;
}

/** Where the processor time of the product goes in one operation under load. The first run warms it up. */
export async function profile(
  instruments: Instruments,
  operation: Operation,
  { folder, seconds, count, output }: ProfileOptions,
): Promise<Breakdown> {
  const stage = await setUp(instruments, { ...operation, others: [] }, { folder, count, tell: () => {} });
  try {
    const [{ contender, requests }] = stage.cast as [(typeof stage.cast)[0]];
    const load = async () => {
      await contender.database?.restore();
      const { url } = contender;
      return send(instruments.generator, {
        url,
        requests,
        connections: CONNECTIONS,
        seconds,
        repeats: operation.repeats,
      });
    };
    await load();
    await contender.program.call('profile');
    const { answered } = await load();
    const taken = await contender.program.call<Profiler.Profile>('profiled');
    if (output) writeFileSync(join(output, `${operation.name}.cpuprofile`), JSON.stringify(taken));
    return breakdown(taken, answered);
  } finally {
    await stage.end();
  }
}

/** The breakdown as text, without what is below a hundredth of the whole. */
export function describe({ byOwner, byFunction }: Breakdown): string {
  const whole = Object.values(byOwner).reduce((sum, ms) => sum + ms, 0);
  const lines = (shares: Record<string, number>) =>
    Object.entries(shares)
      .filter(([, ms]) => ms >= whole / 100)
      .map(
        ([name, ms]) =>
          `  ${(ms * 1000).toFixed(0).padStart(5)} µs ${((ms / whole) * 100).toFixed(0).padStart(3)} %  ${name}`,
      );
  return [
    `${(whole * 1000).toFixed(0)} µs a request, profiled`,
    ...lines(byOwner),
    '  of which',
    ...lines(byFunction),
  ].join('\n');
}
