import { readFileSync } from 'node:fs';
import { compile, Database } from '@app/database';
import { Client } from 'pg';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';

describe('what operators see', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
  });
  afterAll(() => app.stop());

  const get = (path: string) => fetch(`${app.url}${path}`);

  // The first one: what others asked for is remembered.
  it('/health/ready and /metrics ask the database once each, however many ask them at once', async () => {
    const AT_ONCE = 20;
    const rows = jest.spyOn(app.nest.get(Database), 'rows');
    const asked = () => rows.mock.calls.filter(([query]) => compile(query).text.includes('oldest')).length;
    let arrived = 0;
    const count = () => void (arrived += 1);
    app.nest.getHttpServer().on('request', count);
    const holder = new Client({ connectionString: app.databaseUrl });
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE');
    const answers = Array.from({ length: AT_ONCE }, (_, index) =>
      get(index % 2 ? '/metrics' : '/health/ready'),
    );
    await until(() => arrived === AT_ONCE);
    await holder.end();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(AT_ONCE).fill(200));
    expect(asked()).toBe(2);
    app.nest.getHttpServer().off('request', count);
    rows.mockRestore();
  });

  it('/health/live answers while the process runs', async () => {
    const response = await get('/health/live');
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'ok' });
  });

  it('/health/ready says that the database answers and how long the outbox is', async () => {
    const response = await get('/health/ready');
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'ok',
      details: {
        database: { status: 'up' },
        queue: { status: 'up', messages: 0, oldestSeconds: 0, stuck: false },
      },
    });
  });

  it('/metrics counts requests by route and never shows a path', async () => {
    await new NavixyClient(app).verify('a'.repeat(32), '424242');
    await get('/user/auth/424242');
    const text = await (await get('/metrics')).text();
    expect(text).toMatch(
      /countersign_request_seconds_count\{protocol="navixy",method="POST",route="[^"]*code\/verify",status="400"\} 1/,
    );
    expect(text).toContain('countersign_outbox_messages 0');
    expect(text).not.toContain('424242');
  });

  it('/metrics tells how often the event loop was late, and by how much', async () => {
    const longer = async () => {
      const text = await (await get('/metrics')).text();
      const count = (le: string) =>
        Number(new RegExp(`event_loop_lag_seconds_bucket\\{le="${le}"\\} (\\d+)`).exec(text)?.[1]);
      return count('\\+Inf') - count('0.25');
    };
    const before = await longer();
    const end = performance.now() + 300;
    while (performance.now() < end);
    await until(async () => (await longer()) > before, 'the hold of 300 ms');
  });

  it('the explorer serves itself, from this host alone', async () => {
    const page = await get('/docs');
    expect(page.status).toBe(200);
    const html = await page.text();
    expect(html).toContain('<title>Countersign</title>');
    expect(html).not.toMatch(/(src|href)="https?:/);
  });

  it('/openapi.json lists the calls with their errors', async () => {
    const document = (await (await get('/openapi.json')).json()) as {
      paths: Record<string, { post: { responses: object } }>;
    };
    const { responses } = document.paths['/user/auth/code/verify']?.post ?? { responses: {} };
    expect(Object.keys(responses)).toEqual(
      expect.arrayContaining(['200', '400', '412', '429', '500', '503']),
    );
  });

  it('unknown paths of no protocol are a plain 404, and wrong methods a 405', async () => {
    const unknown = await get('/nothing/here');
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toEqual({ statusCode: 404, error: 'path_unknown' });
    const wrong = await fetch(`${app.url}/health/live`, { method: 'DELETE' });
    expect(wrong.status).toBe(405);
    expect(wrong.headers.get('allow')).toContain('GET');
  });

  it('the version of the package is the version of the document', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const document = (await (await get('/openapi.json')).json()) as { info: { version: string } };
    expect(document.info.version).toBe(version);
  });
});
