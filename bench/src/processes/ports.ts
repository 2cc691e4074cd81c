import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchProcess } from './bench-process.js';

const PATIENCE_MS = 180_000;
const PAUSE_MS = 5;

export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  return port;
}

/** Waits for the first answer of a process, whatever it is. */
export async function answers(url: string, program: BenchProcess): Promise<void> {
  for (
    const deadline = performance.now() + PATIENCE_MS;
    performance.now() < deadline;
    await sleep(PAUSE_MS)
  ) {
    if (program.hasEnded) break;
    try {
      await (await fetch(url)).arrayBuffer();
      return;
    } catch {
      continue;
    }
  }
  throw new Error(`${program.name} does not answer:\n${program.lastWords}`);
}
