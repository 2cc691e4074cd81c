import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { previews } from '@app/delivery';
import { LANGUAGES, Speeches } from '@app/pages';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { everyPage, SITE } from '../support/every-page.js';

const PICTURES = 'coverage/languages';
/** Long words and addresses have to break, and what is read has to be read. */
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] };

/** Those that have all that mails and pages are made of; with `COUNTERSIGN_PICTURES=1` there is a picture of every other one too. */
const SHOWN = ['magic_link', 'landing, perhaps_another', 'step, phone'];
const PICTURED = process.env['COUNTERSIGN_PICTURES'] === '1';

/** One language for each direction: colours and structure are the layout's, and the same in all. */
const JUDGED = ['en', 'ar'];

describe('mails and pages in a real browser', () => {
  let browser: Browser;
  let axe: string;

  beforeAll(async () => {
    browser = await launchChromium();
    axe = await readFile(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
    await Promise.all(LANGUAGES.map((language) => mkdir(`${PICTURES}/${language}`, { recursive: true })));
  });
  afterAll(() => browser?.close());

  it.each(LANGUAGES)('fit a phone and a desk, light and dark, and can be read, in %s', async (language) => {
    const speech = await new Speeches().of(language);
    const mails = previews(speech, SITE).map(({ name, mail }) => [name, mail.html] as const);
    const pages = everyPage(speech).map(([name, { html }]) => [name, html] as const);
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ colorScheme });
      const page = await context.newPage();
      for (const [name, html] of [...mails, ...pages]) {
        await page.setContent(html);
        for (const width of [360, 800]) {
          await page.setViewportSize({ width, height: 800 });
          const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          expect([name, width, overflow <= 0]).toEqual([name, width, true]);
          const path = `${PICTURES}/${language}/${name.replace(/\W+/g, '-')}-${colorScheme}-${width}.png`;
          if (PICTURED || SHOWN.includes(name)) await page.screenshot({ path, fullPage: true });
        }
        expect(await page.locator('html').getAttribute('dir')).toBe(language === 'ar' ? 'rtl' : 'ltr');
        if (!JUDGED.includes(language) && !SHOWN.includes(name)) continue;
        await page.evaluate(axe);
        const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(RULES)})`);
        expect([name, colorScheme, violations.map(({ id }) => id)]).toEqual([name, colorScheme, []]);
      }
      await context.close();
    }
  });
});
