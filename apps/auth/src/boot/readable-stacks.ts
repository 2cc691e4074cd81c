import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A module, with line and column. */
const PLACE = /file:\/\/[^\s()]+/;
const maps = new Map<string, SourceMap | undefined>();

/**
 * Has every stack name files and lines of the sources. Node does the same with `--enable-source-maps`, but reads every map at the start:
 * 15 MB and a tenth of a second, for stacks that are hardly ever asked for. Here a map is read when a stack leads through its file.
 */
export function readStacksFromSources(): void {
  Error.prepareStackTrace = (error, sites) =>
    [headOf(error), ...sites.map((site) => `    at ${inSources(String(site))}`)].join('\n');
}

/** A frame of a stack as it stands in the sources, or as it is where nothing is known of them. */
export function inSources(frame: string): string {
  return frame.replace(PLACE, (place) => {
    const parts = place.split(':');
    const [column, line] = [Number(parts.pop()), Number(parts.pop())];
    const url = parts.join(':');
    const origin = mapOf(url)?.findEntry(line - 1, column - 1);
    if (!origin || !('originalSource' in origin)) return place;
    const source = relative(process.cwd(), fileURLToPath(new URL(origin.originalSource, url)));
    return `${source}:${origin.originalLine + 1}:${origin.originalColumn + 1}`;
  });
}

function mapOf(url: string): SourceMap | undefined {
  if (!maps.has(url)) maps.set(url, readMap(`${url}.map`));
  return maps.get(url);
}

/** Undefined for what has no map, or a broken one: a stack is asked for while something else is wrong already. */
function readMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(url), 'utf8')));
  } catch {
    return undefined;
  }
}

/** What throws here would hide the error itself. */
function headOf(error: unknown): string {
  try {
    return String(error);
  } catch {
    return 'Error';
  }
}
