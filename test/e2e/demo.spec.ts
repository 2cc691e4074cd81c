import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '@app/config';
import { sql } from '@app/database';
import { DEMO, mayHaveDemo, seedDemo } from '../../apps/auth/src/demo/demo-account.js';
import { Child, ensureBuilt } from '../support/child.js';
import { NavixyClient } from '../support/navixy-client.js';
import { TestApp } from '../support/test-app.js';

const OF_REAL_PEOPLE = {
  DATABASE_URL: 'postgres://localhost/x',
  COUNTERSIGN_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64')}`,
  SMTP_URL: 'smtps://mail.example.com',
  MAIL_FROM: 'auth@example.com',
  PUBLIC_URL: 'https://auth.example.com',
};

describe('the account of the demonstration', () => {
  it.each<[boolean, string, Record<string, string>]>([
    [true, 'in development, with nothing configured', {}],
    [false, 'on a database that was given', { DATABASE_URL: 'postgres://localhost/x' }],
    [false, 'where mails are sent', { SMTP_URL: 'smtp://localhost:25' }],
    [false, 'in tests', { NODE_ENV: 'test' }],
    [
      false,
      'in production',
      { NODE_ENV: 'production', ...OF_REAL_PEOPLE, DATABASE_URL: 'postgres://localhost/x' },
    ],
  ])('is there (%s) %s', (there, _, environment) => {
    expect(mayHaveDemo(readConfig(environment))).toBe(there);
  });

  describe('once it is made', () => {
    let app: TestApp;

    beforeAll(async () => {
      app = await TestApp.start();
      await Promise.all([seedDemo(app.nest), seedDemo(app.nest)]);
      await seedDemo(app.nest);
    });
    afterAll(() => app.stop());

    it('is one, with a record of it', async () => {
      expect(await app.rows(sql`SELECT email, second_factor FROM accounts`)).toEqual([
        { email: DEMO.email, second_factor: 'email' },
      ]);
      expect(await app.rows(sql`SELECT outcome FROM audit_events WHERE event = 'account.create'`)).toEqual([
        { outcome: 'done' },
      ]);
    });

    it('signs in as anybody does', async () => {
      expect(await new NavixyClient(app).session(DEMO.email)).toMatch(/^[0-9a-f]{32}$/);
    });

    it('stays as its owner has changed it', async () => {
      await app.rows(sql`UPDATE accounts SET language = 'de'`);
      await seedDemo(app.nest);
      expect(await app.rows(sql`SELECT language FROM accounts`)).toEqual([{ language: 'de' }]);
    });

    it('is in no document that was not asked to show it', async () => {
      expect(await (await fetch(`${app.url}/openapi.json`)).text()).not.toContain(DEMO.email);
    });
  });

  it('is printed at the start and filled in by the explorer, and is not there with --no-demo', async () => {
    await ensureBuilt();
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-demo-'));
    const start = async (...args: string[]) => {
      const child = new Child(['scripts/start.mjs', ...args], { env: { PORT: '0', DATA_DIR: dataDir } });
      const [, url = ''] = await child.says(/is ready: (\S+)/);
      await child.says(/health +\S+\n(?: +demo .*\n)?/);
      const shown = (await (await fetch(`${url}/openapi.json`)).text()).includes(DEMO.email);
      const body = JSON.stringify({ login: DEMO.email, password: DEMO.password });
      const headers = { 'Content-Type': 'application/json' };
      const { status } = await fetch(`${url}/user/auth`, { method: 'POST', headers, body });
      child.kill('SIGTERM');
      await child.exited;
      return { status, shown, printed: child.stdout.includes(`demo      ${DEMO.email}`) };
    };
    expect(await start('--no-demo')).toEqual({ status: 400, shown: false, printed: false });
    expect(await start()).toEqual({ status: 200, shown: true, printed: true });
    rmSync(dataDir, { recursive: true, force: true });
  }, 120_000);
});
