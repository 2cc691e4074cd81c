import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../processes/bench-process.js';
import type { ContenderName } from '../contenders/contender.js';
import type { Round } from '../operations/measure.js';
import type { Results } from './results.js';
import { figure } from './statistics.js';

const WIDTH = 760;
const LABEL = 250;
const BAR = 16;
const GAP = 26;
/** Room for the figure beside the longest bar. */
const FIGURE = 90;

interface Line {
  name: ContenderName;
  median: number;
}

/** Draws the throughputs of a run to docs/performance.svg. Text takes the colour of the page's scheme, light or dark. */
export function draw(results: Results): string {
  const file = join(ROOT, 'docs', 'performance.svg');
  writeFileSync(file, svgOf(results));
  return file;
}

export function svgOf({ operations, machine }: Results): string {
  const pieces: string[] = [];
  let y = 24;
  for (const { title, rounds } of operations) {
    const lines = (Object.entries(rounds) as [ContenderName, Round[]][]).map(([name, all]) => ({
      name,
      median: figure(all.map(({ perSecond }) => perSecond)).median,
    }));
    pieces.push(`<text class="title" x="0" y="${y}">${title}</text>`);
    y += 10;
    for (const line of lines) {
      pieces.push(bar(line, Math.max(...lines.map(({ median }) => median)), y));
      y += BAR + 6;
    }
    y += GAP;
  }
  const about = `Requests a second, medians. ${machine.cores} cores, Postgres ${machine.postgres}, load ${machine.loadBefore} before.`;
  pieces.push(`<text x="0" y="${y}">${about}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 12}" role="img" aria-label="Requests a second">
<style>
text { font: 13px system-ui, sans-serif; fill: #1f2328 } .title { font-weight: 600 }
rect { fill: #8c959f } .countersign { fill: #0969da }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } rect { fill: #6e7681 } .countersign { fill: #4493f8 } }
</style>
${pieces.join('\n')}
</svg>
`;
}

function bar({ name, median }: Line, longest: number, y: number): string {
  const width = Math.max(1, Math.round((median / longest) * (WIDTH - LABEL - FIGURE)));
  const text = y + BAR - 3;
  return [
    `<text x="16" y="${text}">${name}</text>`,
    `<rect class="${name}" x="${LABEL}" y="${y}" width="${width}" height="${BAR}" rx="2"/>`,
    `<text x="${LABEL + width + 8}" y="${text}">${median.toFixed(0)}</text>`,
  ].join('');
}
