/** A figure of several rounds: the median, and how far the rounds are apart. */
export interface Figure {
  median: number;
  least: number;
  greatest: number;
}

/** @throws without a value */
export function figure(values: number[]): Figure {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (position: number) => {
    const value = sorted[position];
    if (value === undefined) throw new Error('no round was measured');
    return value;
  };
  const [low, high] = [Math.floor((sorted.length - 1) / 2), Math.ceil((sorted.length - 1) / 2)];
  return { median: (at(low) + at(high)) / 2, least: at(0), greatest: at(sorted.length - 1) };
}

/** The ratios of two series, round by round: what the machine did to one round it did to both. */
export function ratio(of: number[], to: number[]): Figure {
  return figure(of.map((value, round) => value / (to[round] as number)));
}
