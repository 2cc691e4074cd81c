import { readFileSync } from 'node:fs';
import { TestApp } from '../support/test-app.js';

const text = (path: string) => readFileSync(path, 'utf8');
const namesIn = (content: string) => new Set(content.match(/\bcountersign_\w+/g));

describe('the metrics of a real scrape', () => {
  let app: TestApp;
  /** Name → type, as `# TYPE` has it. */
  let types: Map<string, string>;

  beforeAll(async () => {
    app = await TestApp.start();
    const scrape = await (await fetch(`${app.url}/metrics`)).text();
    const lines = scrape.matchAll(/^# TYPE (countersign_\w+) (\w+)$/gm);
    types = new Map([...lines].map(([, name, type]) => [name as string, type as string]));
  });
  afterAll(() => app.stop());

  it('are those of the documentation, with their types', () => {
    const table = text('docs/operations/observability.md').matchAll(/^\| `(countersign_\w+)`\s*\| (\w+)/gm);
    const documented = [...table].map(([, name, type]) => [name, type]).sort();
    expect(documented).toEqual([...types].sort());
  });

  it.each(['ops/grafana/countersign.json', 'ops/prometheus/alerts.yml', 'ops/prometheus/alerts.test.yml'])(
    'have every one that %s names',
    (path) => {
      const series = [...types].flatMap(([name, type]) =>
        type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
      );
      expect([...namesIn(text(path))].filter((name) => !series.includes(name))).toEqual([]);
    },
  );

  it('are all on the dashboard, each panel with a title and a query', () => {
    const { panels } = JSON.parse(text('ops/grafana/countersign.json')) as {
      panels: { title: string; targets: { expr: string }[] }[];
    };
    for (const { title, targets } of panels)
      expect([title, targets.length > 0 && targets.every(({ expr }) => expr)]).toEqual([title, true]);
    const shown = namesIn(panels.flatMap(({ targets }) => targets.map(({ expr }) => expr)).join(' '));
    const bare = new Set([...shown].map((name) => name.replace(/_(bucket|count|sum)$/, '')));
    expect([...types.keys()].filter((name) => !bare.has(name))).toEqual([]);
  });
});
