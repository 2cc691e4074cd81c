import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { TestApp } from '../support/test-app.js';
import { PageWalk, PUBLIC_URL, WALKED } from './page-walk.js';
import { serveProxy } from './proxy.js';

const PHONE = { width: 375, height: 667 };
const DESK = { width: 1280, height: 800 };
/** Where a person can look at what the test saw. */
const PICTURES = 'coverage/pages';

describe('the pages of a second step, a new password and a recovery in a real browser', () => {
  let app: TestApp;
  let walk: PageWalk;
  let browser: Browser;

  beforeAll(async () => {
    app = await TestApp.start(WALKED);
    walk = new PageWalk(app);
    browser = await launchChromium();
    await mkdir(PICTURES, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await app?.stop();
  });

  async function withPage(options: BrowserContextOptions, work: (page: Page) => Promise<void>) {
    const context = await browser.newContext(options);
    try {
      await work(await context.newPage());
    } finally {
      await context.close();
    }
  }

  it.each([
    ['light', PHONE, 'en-GB'],
    ['dark', PHONE, 'de-DE'],
    ['light', DESK, 'de-DE'],
    ['dark', DESK, 'en-GB'],
  ] as const)('pass axe in %s colours at %j in %s', async (colorScheme, viewport, locale) => {
    const axe = await readFile(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
    // The policy of the page would keep the examiner out: it is lifted for it alone.
    await withPage({ colorScheme, viewport, locale, bypassCSP: true }, async (page) => {
      await walk.all(page, app.url, async (name) => {
        await page.screenshot({
          path: `${PICTURES}/${name}-${colorScheme}-${locale}-${viewport.width}.png`,
          fullPage: true,
        });
        await page.evaluate(axe);
        const { violations } = await page.evaluate<AxeResults>('axe.run()');
        expect([name, violations.map(({ id }) => id)]).toEqual([name, []]);
        expect(await page.locator('html').getAttribute('lang')).toBe(locale.slice(0, 2));
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect(overflow).toBeLessThanOrEqual(0);
      });
    });
  });

  it('are styled under their own policy, which nothing on them breaks', async () => {
    await withPage({}, async (page) => {
      const complaints: string[] = [];
      let atPage = '';
      page.on('console', (message) => {
        // A page may answer 4xx: the browser then says so of the page itself.
        const ofThePage =
          message.location().url === page.url() && message.text().includes('with a status of 4');
        if (message.type() === 'error' && !ofThePage) complaints.push(`${atPage}: ${message.text()}`);
      });
      page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
      await walk.all(page, app.url, async (name) => {
        atPage = name;
        const radius = await page.evaluate<string>(
          'getComputedStyle(document.querySelector("main")).borderRadius',
        );
        expect([name, radius]).toEqual([name, '12px']);
        const unseen = await page.evaluate<number>(
          '[...document.images].filter((image) => !image.naturalWidth).length',
        );
        expect([name, unseen]).toEqual([name, 0]);
      });
      expect(complaints).toEqual([]);
    });
  });

  it('take their own forms without a script and over plain HTTP, where a browser says nothing but the origin', async () => {
    const { url, forms, server } = await serveProxy(app.url);
    await withPage({ proxy: { server: url }, javaScriptEnabled: false }, async (page) => {
      await walk.all(page, PUBLIC_URL, async () => {});
    });
    server.close();
    expect(forms.length).toBeGreaterThan(6);
    for (const headers of forms) {
      expect(headers).toMatchObject({ origin: PUBLIC_URL, referer: `${PUBLIC_URL}/` });
      expect(headers['sec-fetch-site']).toBeUndefined();
    }
  });
});
