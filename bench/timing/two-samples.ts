/**
 * Kolmogorov-Smirnov: the greatest distance between two distributions, 0 … 1, and how often samples of one and the same
 * distribution are at least so far apart (asymptotic, for samples of some dozens and more).
 */
export function kolmogorovSmirnov(first: number[], second: number[]): { distance: number; chance: number } {
  const [a, b] = [sorted(first), sorted(second)];
  const distance = Math.max(...[...a, ...b].map((value) => Math.abs(share(a, value) - share(b, value))));
  const root = Math.sqrt((a.length * b.length) / (a.length + b.length));
  return { distance, chance: tail((root + 0.12 + 0.11 / root) * distance) };
}

/** Mann-Whitney, as a share: how often a value of the second sample is the greater one; 0.5 where neither tends to be. */
export function greaterShare(first: number[], second: number[]): number {
  const wins = second.flatMap((b) => first.map((a) => (b > a ? 1 : b === a ? 0.5 : 0)));
  return wins.reduce((sum: number, win) => sum + win, 0) / wins.length;
}

export const sorted = (values: number[]): number[] => [...values].sort((a, b) => a - b);

/** Which part of a sorted sample is not greater than the value. */
function share(sample: number[], value: number): number {
  const greater = sample.findIndex((each) => each > value);
  return (greater === -1 ? sample.length : greater) / sample.length;
}

/** Of the Kolmogorov distribution. Its series does not converge near 0, where the answer is 1. */
function tail(lambda: number): number {
  if (lambda < 0.3) return 1;
  const terms = Array.from({ length: 100 }, (_, i) => (-1) ** i * Math.exp(-2 * (i + 1) ** 2 * lambda ** 2));
  return 2 * terms.reduce((sum, term) => sum + term, 0);
}
