import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCountersign } from '../contenders/contender.js';
import type { Instruments } from '../operations/measure.js';
import { figure } from '../report/statistics.js';
import type { Figures } from './scene.js';

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
