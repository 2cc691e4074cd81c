import type { Contender } from '../contenders/contender.js';
import { send, type BenchRequest, type Load, type Measured } from '../load/load.js';
import { CONNECTIONS, type Instruments } from '../operations/measure.js';
import type { Operation } from '../operations/operation.js';
import { setUp } from '../operations/stage.js';

/** The product alone, with what it was prepared for, and the figures of one scenario by their names. */
export interface Scene {
  instruments: Instruments;
  product: Contender;
  requests: BenchRequest[];
  seconds: number;
}

export type Figures = Record<string, number>;

/** Plays a scenario on the product alone, prepared for an operation and warmed up. */
export async function playOn(
  instruments: Instruments,
  operation: Operation,
  { folder, seconds, count }: { folder: string; seconds: number; count: number },
  play: (scene: Scene) => Promise<Figures>,
): Promise<Figures> {
  const stage = await setUp(
    instruments,
    { ...operation, others: [] },
    { folder, count, tell: () => undefined },
  );
  try {
    const [{ contender: product, requests } = never()] = stage.cast;
    return await play({ instruments, product, requests, seconds });
  } finally {
    await stage.end();
  }
}

/** Load on a database as it was prepared; paced where a rate is given. */
export async function freshLoad(scene: Scene, load: Partial<Load> = {}): Promise<Measured> {
  await scene.product.database?.restore();
  return send(scene.instruments.generator, loadOf(scene, load));
}

export function loadOf({ product, requests, seconds }: Scene, load: Partial<Load> = {}): Load {
  return { url: product.url, requests, connections: CONNECTIONS, seconds, repeats: false, ...load };
}

function never(): never {
  throw new Error('nobody is on stage');
}
