import { cpus, loadavg, release, totalmem } from 'node:os';

/** Where something was measured. Loads are averages over a minute: how many processes wanted a core. */
export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  node: string;
  postgres: string;
  loadBefore: number;
  loadAfter?: number;
}

export const load = () => Number((loadavg()[0] as number).toFixed(2));

export function describeMachine(postgres: string): Machine {
  const cores = cpus();
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.version,
    postgres,
    loadBefore: load(),
  };
}
