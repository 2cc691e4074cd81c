import type { Server } from 'node:http';
import { sql } from '@app/database';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { PASSWORD, TestApp } from '../support/test-app.js';
import type { WachtSession } from '../support/wacht-client.js';

import { servePage } from './wacht-page.js';

describe('an application with a wacht client in a real browser', () => {
  let app: TestApp;
  let api: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let site: { origin: string; server: Server };
  let clicks = 0;

  beforeAll(async () => {
    site = await servePage();
    app = await TestApp.start({ CORS_ORIGINS: site.origin });
    api = app.url.replace('127.0.0.1', 'localhost');
    browser = await launchChromium();
    context = await browser.newContext();
    page = await context.newPage();
    await page.goto(`${site.origin}/?api=${api}`);
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    site?.server.close();
  });

  async function click(name: string): Promise<WachtSession> {
    await page.getByRole('button', { name, exact: true }).click();
    clicks += 1;
    await page.locator('#done').getByText(String(clicks), { exact: true }).waitFor();
    return JSON.parse((await page.locator('#session').textContent()) ?? '') as WachtSession;
  }

  /** As a person does it: in another tab, from the development mailbox. */
  async function codeFor(email: string): Promise<string> {
    await app.mailbox.newest(email);
    const tab = await context.newPage();
    await tab.goto(`${api}/dev/mailbox?to=${encodeURIComponent(email)}`);
    const code = await tab.frameLocator('iframe').locator('.code').textContent();
    await tab.close();
    return code?.trim() ?? '';
  }

  it('signs up and in with mailed codes, switches between the two accounts, and signs out', async () => {
    await app.createAccount({ email: 'second@example.com', secondFactor: 'none' });
    await page.getByLabel('email').fill('first@example.com');
    await page.getByLabel('password').fill('gelbe Kanne im Schnee 7');
    expect((await click('Sign up')).signup_attempts).toMatchObject([{ current_step: 'verify_email' }]);
    await page.getByLabel('code').fill(await codeFor('first@example.com'));
    const first = await click('Verify');
    expect(await page.locator('#errors').textContent()).toBe('');
    expect(first.active_signin).not.toBeNull();

    await page.getByLabel('email').fill('second@example.com');
    await click('Sign in');
    await page.getByLabel('code').fill(await codeFor('second@example.com'));
    const both = await click('Verify');
    expect(both.signins).toHaveLength(2);
    expect(both.active_signin).toEqual(both.signins[1]);

    expect((await click('Switch')).active_signin).toEqual(first.active_signin);
    const [cookie, ...others] = await context.cookies(api);
    expect(others).toEqual([]);
    expect(cookie).toMatchObject({ name: '__session', httpOnly: true, sameSite: 'Lax', path: '/' });
    expect(await page.evaluate('document.cookie')).toBe('');

    expect((await click('Sign out')).signins).toEqual([]);
    expect((await click('Show')).active_signin).toBeNull();
  });

  it('keeps a page of another site from reading the session and from acting with its cookie', async () => {
    const { id } = await app.createAccount({ email: 'victim@example.com', secondFactor: 'none' });
    const evil = await context.newPage();
    await evil.goto('data:text/html,<title>evil</title>');
    const read = await evil.evaluate(
      async ([url, password]) => {
        const body = JSON.stringify({ strategy: 'plain_email', email: 'victim@example.com', password });
        const init = { method: 'POST', credentials: 'include', mode: 'no-cors', body } as const;
        await fetch(`${url}/auth/signin`, init).catch(() => undefined);
        return fetch(`${url}/session`, { credentials: 'include' }).then(
          () => 'read',
          () => 'refused',
        );
      },
      [api, PASSWORD] as const,
    );
    expect(read).toBe('refused');
    expect(await app.rows(sql`SELECT id FROM sessions WHERE account_id = ${id}`)).toEqual([]);
    expect((await click('Show')).signins).toEqual([]);
  });
});
