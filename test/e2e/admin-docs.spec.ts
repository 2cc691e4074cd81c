import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { SERVICE_SCOPES } from '@app/service-keys';
import { AdminClient } from '../support/admin-client.js';
import { TestApp } from '../support/test-app.js';

const text = readFileSync('docs/admin-api.md', 'utf8');
const [making = '', ...blocks] = [...text.matchAll(/^```sh\n(.*?)^```/gms)].map(([, block = '']) => block);
const scopes = [...making.matchAll(/--scope ([\w:]+)/g)].map(
  ([, scope]) => scope as keyof typeof SERVICE_SCOPES,
);

describe('docs/admin-api.md', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off' });
  });
  afterAll(() => app.stop());

  it('names every scope of the administration', () => {
    const named = [...text.matchAll(/^\| `([\w:]+)`/gm)].map(([, scope]) => scope);
    expect(named).toEqual(Object.keys(SERVICE_SCOPES).filter((scope) => scope.includes(':')));
    expect(scopes.length).toBeGreaterThan(3);
  });

  it('has calls that work as they stand there, one after another', async () => {
    expect(spawnSync('curl', ['--version']).error).toBeUndefined();
    const { key } = await AdminClient.of(app, ...scopes);
    const script = ['set -euo pipefail', ...blocks]
      .join('\n')
      .replaceAll('curl -s ', 'curl -s --fail-with-body ');
    const env = { ...process.env, URL: app.url, KEY: key };
    const { stdout } = await promisify(execFile)('bash', ['-c', script], { env });
    for (const said of ['ada@example.com', '"entries":[', '"attempts":[', '"orgId":"acme"'])
      expect(stdout).toContain(said);
  });
});
