import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import type { AxeResults } from 'axe-core';
import { type Browser, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

const PHONE = { width: 360, height: 640 };
const DESK = { width: 1280, height: 800 };
/** Where a person can look at what the test saw. */
const PICTURES = 'coverage/pages';

describe('the page of a magic link in a real browser', () => {
  let app: TestApp;
  let client: YatClient;
  let browser: Browser;
  let site: Server;
  let redirect: string;
  let arrivals: string[] = [];
  let accounts = 0;

  beforeAll(async () => {
    site = createServer((request, response) => {
      arrivals.push(request.url ?? '');
      response.setHeader('Content-Type', 'text/html').end('<!doctype html><title>the app</title>');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    redirect = `http://127.0.0.1:${(site.address() as AddressInfo).port}/signed-in`;
    app = await TestApp.start({ YAT_REQUESTS_PER_MINUTE_LIMIT: '100000', REDIRECT_URLS: redirect });
    client = new YatClient(app);
    browser = await launchChromium();
    await mkdir(PICTURES, { recursive: true });
  });
  beforeEach(() => {
    arrivals = [];
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
    site?.close();
  });

  async function mailed(request: { language?: string; redirect?: string } = {}) {
    const email = `page${(accounts += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none', language: request.language });
    await client.post('/auth/magic_link', { email, redirect: request.redirect });
    const { text } = await app.mailbox.newest(email);
    const path = /\/magic-link\?token=[\w-]+/.exec(text)?.[0] as string;
    return { url: `${app.url}${path}`, notMe: `${app.url}${path.replace('?', '/not-me?')}` };
  }
  async function withPage(
    options: BrowserContextOptions,
    work: (page: Page, context: BrowserContext) => Promise<void>,
  ) {
    const context = await browser.newContext(options);
    try {
      await work(await context.newPage(), context);
    } finally {
      await context.close();
    }
  }

  it.each([
    ['phone', PHONE, true],
    ['phone', PHONE, false],
    ['desk', DESK, true],
    ['desk', DESK, false],
  ])('signs in on a %s of %j, JavaScript %s', async (name, viewport, javaScriptEnabled) => {
    const { url } = await mailed();
    await withPage({ viewport, javaScriptEnabled }, async (page) => {
      await page.goto(url);
      expect(await page.getByRole('heading').innerText()).toContain('Sign in to');
      await page.screenshot({
        path: `${PICTURES}/magic-link-${name}-${javaScriptEnabled ? 'js' : 'plain'}.png`,
      });
      const button = page.getByRole('button', { name: 'Sign in' });
      const box = await button.boundingBox();
      expect(box?.height).toBeGreaterThanOrEqual(44);
      expect((box?.x ?? 0) + (box?.width ?? 0)).toBeLessThanOrEqual(viewport.width);
      await button.click();
      expect(await page.getByRole('heading').innerText()).toBe('You are signed in');
      await page.screenshot({ path: `${PICTURES}/magic-link-${name}-done.png` });
      expect(page.url()).not.toContain('token');
    });
  });

  it.each([true, false])(
    'leads on to the configured address with a code, JavaScript %s',
    async (javaScriptEnabled) => {
      const { url } = await mailed({ redirect });
      await withPage({ javaScriptEnabled }, async (page) => {
        await page.goto(url);
        await page.getByRole('button').click();
        await page.waitForURL(/signed-in/);
        const [arrival] = arrivals;
        expect(arrival).toMatch(/^\/signed-in\?code=[\w-]{43}$/);
        const exchange_code = new URL(page.url()).searchParams.get('code');
        expect((await client.post('/auth/magic_link/token', { exchange_code })).status).toBe(200);
      });
    },
  );

  it.each([
    ['light', PHONE, 'en'],
    ['dark', PHONE, 'de'],
    ['light', DESK, 'de'],
    ['dark', DESK, 'en'],
  ] as const)(
    'passes axe in %s colours at %j in %s, on every page',
    async (colorScheme, viewport, language) => {
      const { url, notMe } = await mailed({ language });
      const axe = await readFile(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
      // The policy of the page would keep the examiner out: it is lifted for it alone.
      await withPage({ colorScheme, viewport, bypassCSP: true }, async (page) => {
        const violations = async () => {
          await page.evaluate(axe);
          const results = await page.evaluate<AxeResults>('axe.run()');
          return results.violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
          );
        };
        for (const address of [url, notMe, `${app.url}/magic-link?token=unknown`]) {
          await page.goto(address);
          expect(await violations()).toEqual([]);
          const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          expect(overflow).toBeLessThanOrEqual(0);
        }
        await page.screenshot({
          path: `${PICTURES}/magic-link-gone-${colorScheme}-${language}-${viewport.width}.png`,
        });
        await page.goto(url);
        await page.screenshot({
          path: `${PICTURES}/magic-link-${colorScheme}-${language}-${viewport.width}.png`,
          fullPage: true,
        });
        await page.getByRole('button').click();
        expect(await violations()).toEqual([]);
      });
    },
  );

  it('is styled under its own policy, which nothing on the page breaks', async () => {
    const { url } = await mailed();
    await withPage({}, async (page) => {
      const complaints: string[] = [];
      page.on('console', (message) => complaints.push(message.text()));
      await page.goto(url);
      const radius = await page.evaluate<string>(
        'getComputedStyle(document.querySelector("main")).borderRadius',
      );
      expect(radius).toBe('12px');
      expect(complaints.filter((text) => !text.includes('favicon'))).toEqual([]);
    });
  });

  it('can be pressed from the keyboard alone', async () => {
    const { url } = await mailed();
    await withPage({}, async (page) => {
      await page.goto(url);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      await page.waitForSelector('text=You are signed in');
    });
  });

  it('abuse: opened by a preview in the background, framed or fetched by another site, it is still good', async () => {
    const { url } = await mailed();
    await withPage({}, async (page) => {
      await page.goto(redirect);
      await page.setContent(
        `<iframe src="${url}"></iframe><img src="${url}"><link rel="prefetch" href="${url}">`,
      );
      await page.waitForLoadState('networkidle');
      expect(await page.frames().at(-1)?.locator('button').count()).toBe(0);
      await page.goto(url);
      await page.getByRole('button').click();
      expect(await page.getByRole('heading').innerText()).toBe('You are signed in');
    });
  });

  it('abuse: another site cannot press the button for its visitor', async () => {
    const { url } = await mailed();
    const token = new URL(url).searchParams.get('token') as string;
    await withPage({}, async (page) => {
      await page.goto(redirect);
      await page.setContent(
        `<form method="post" action="${app.url}/magic-link"><input name="token" value="${token}"><button>win</button></form>`,
      );
      const [response] = await Promise.all([
        page.waitForResponse(/magic-link/),
        page.getByRole('button').click(),
      ]);
      expect(response.status()).toBe(403);
      await page.goto(url);
      await page.getByRole('button').click();
      expect(await page.getByRole('heading').innerText()).toBe('You are signed in');
    });
  });
});
