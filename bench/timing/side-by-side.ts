import { greaterShare, kolmogorovSmirnov, sorted } from './two-samples.js';

const QUANTILES = [0.1, 0.5, 0.9];

export type Work = (round: number) => Promise<unknown>;

/**
 * Times kinds of work against one another, all turns of all of them in one random order. What one leaves behind for the
 * machine to do, such as a mail, then falls on all alike: with one of each in a round, a kind would seldom follow itself.
 *
 * Prints the quantiles in milliseconds and as ratios to the first kind; and against the first kind, how far apart the
 * distributions are and how often this one is the slower.
 */
export async function sideBySide(title: string, rounds: number, kinds: Record<string, Work>): Promise<void> {
  const times = await measure(rounds, kinds);
  const [base = []] = times.values();
  process.stdout.write(`\n${title} (${rounds} rounds)\n`);
  for (const [name, own] of times)
    process.stdout.write(`  ${name.padEnd(20)} ${quantiles(own, base)}${comparison(own, base)}\n`);
}

async function measure(rounds: number, kinds: Record<string, Work>): Promise<Map<string, number[]>> {
  const times = new Map<string, number[]>(Object.keys(kinds).map((name) => [name, []]));
  const turns = [...times.keys()].flatMap((name) =>
    Array.from({ length: rounds }, (_, round) => ({ name, round, at: Math.random() })),
  );
  for (const { name, round } of turns.sort((one, other) => one.at - other.at)) {
    const started = performance.now();
    await kinds[name]?.(round);
    times.get(name)?.push(performance.now() - started);
  }
  return times;
}

function quantiles(own: number[], base: number[]): string {
  const at = (times: number[], quantile: number) =>
    sorted(times)[Math.floor(times.length * quantile)] as number;
  return QUANTILES.map((quantile) => {
    const [ms, ratio] = [at(own, quantile), at(own, quantile) / at(base, quantile)];
    return `p${quantile * 100} ${ms.toFixed(1)} ms (${ratio.toFixed(2)})  `;
  }).join('');
}

function comparison(own: number[], base: number[]): string {
  if (own === base) return '';
  const { distance, chance } = kolmogorovSmirnov(base, own);
  const slower = greaterShare(base, own);
  return `KS ${distance.toFixed(3)} (p ${chance.toFixed(3)})  slower ${slower.toFixed(2)}`;
}
