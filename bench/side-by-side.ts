const QUANTILES = [0.1, 0.5, 0.9];

export type Work = (round: number) => Promise<unknown>;

/**
 * Times kinds of work against one another, one of each in every round and in a new order each time, so that
 * what one leaves behind for the machine to do falls on all of them alike. Prints the quantiles in milliseconds and as ratios to the first kind.
 */
export async function sideBySide(title: string, rounds: number, kinds: Record<string, Work>): Promise<void> {
  const names = Object.keys(kinds);
  const times = new Map<string, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of shuffled(names)) {
      const started = performance.now();
      await kinds[name]?.(round);
      times.get(name)?.push(performance.now() - started);
    }
  }
  const rows = names.map((name) => [name, quantiles(times.get(name) ?? [])] as const);
  const base = rows[0]?.[1] ?? [];
  process.stdout.write(`\n${title} (${rounds} rounds)\n`);
  for (const [name, values] of rows) {
    const cells = values.map((ms, i) => `${ms.toFixed(1)} ms (${(ms / (base[i] as number)).toFixed(2)})`);
    process.stdout.write(`  ${name.padEnd(20)} p10 ${cells[0]}  p50 ${cells[1]}  p90 ${cells[2]}\n`);
  }
}

function shuffled(names: string[]): string[] {
  return names
    .map((name) => [Math.random(), name] as const)
    .sort(([a], [b]) => a - b)
    .map(([, name]) => name);
}

function quantiles(times: number[]): number[] {
  const sorted = [...times].sort((a, b) => a - b);
  return QUANTILES.map((quantile) => sorted[Math.floor(sorted.length * quantile)] as number);
}
