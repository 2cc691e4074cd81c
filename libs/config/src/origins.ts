/** One label of a host name, as browsers write it. */
const LABEL = '[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?';

/** Where requests and keys may come from, as the browser or the app says it: an origin, or with `*.` all that have one label there. */
export class Origins {
  /** As the `cors` package takes them. */
  readonly patterns: readonly (string | RegExp)[];

  constructor(entries: readonly string[]) {
    this.patterns = Object.freeze(entries.map(patternOf));
    Object.freeze(this);
  }

  has(origin: string): boolean {
    return this.patterns.some((each) => (typeof each === 'string' ? each === origin : each.test(origin)));
  }
}

function patternOf(entry: string): string | RegExp {
  if (!entry.includes('*')) return entry;
  const parts = entry.split('*').map((part) => part.replace(/[.*+?^$()|[\]\\{}]/g, '\\$&'));
  return new RegExp(`^${parts.join(LABEL)}$`);
}
