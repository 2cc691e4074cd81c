import { fileURLToPath } from 'node:url';
import type { Profiler } from 'node:inspector';
import { ROOT } from '../processes/bench-process.js';

/** Milliseconds of the process for one request, by who spent them. */
export type Shares = Record<string, number>;

export interface Breakdown {
  /** By package, by lib of the product, and by part of Node. */
  byOwner: Shares;
  /** The functions that cost most by themselves, with where they stand. */
  byFunction: Shares;
}

const FUNCTIONS = 40;
const OWN = { '(garbage collector)': 'garbage collector', '(program)': 'Node, in C++' } as Record<
  string,
  string
>;

/** Who spent what of a profile: each sample belongs to the function that ran, not to those that called it. */
export function breakdown(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  requests: number,
): Breakdown {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const [byOwner, byFunction]: [Shares, Shares] = [{}, {}];
  samples.forEach((id, at) => {
    const frame = frames.get(id);
    if (!frame || frame.functionName === '(idle)') return;
    const ms = (timeDeltas[at] ?? 0) / 1000 / requests;
    const owner = ownerOf(frame);
    const name = `${frame.functionName || '(anonymous)'} ${placeOf(frame)}`;
    byOwner[owner] = (byOwner[owner] ?? 0) + ms;
    byFunction[name] = (byFunction[name] ?? 0) + ms;
  });
  return { byOwner: largest(byOwner), byFunction: largest(byFunction, FUNCTIONS) };
}

function ownerOf({ functionName, url }: Profiler.ProfileNode['callFrame']): string {
  const path = pathOf(url);
  return (
    /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ??
    /^dist\/((?:apps|libs)\/[^/]+)/.exec(path)?.[1] ??
    (path.startsWith('node:')
      ? path.replace(/^(node:(?:internal\/)?\w+).*/, '$1')
      : (OWN[functionName] ?? 'Node, in C++'))
  );
}

const placeOf = ({ url, lineNumber }: Profiler.ProfileNode['callFrame']) =>
  url ? `${pathOf(url).replace(/.*node_modules\//, '')}:${lineNumber + 1}` : '';

const pathOf = (url: string) => (url.startsWith('file:') ? fileURLToPath(url).replace(`${ROOT}/`, '') : url);

function largest(shares: Shares, count = Infinity): Shares {
  return Object.fromEntries(
    Object.entries(shares)
      .sort(([, one], [, other]) => other - one)
      .slice(0, count),
  );
}
