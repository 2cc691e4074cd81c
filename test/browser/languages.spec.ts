import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { previews } from '@app/delivery';
import { layout, LANGUAGES, markup, Speeches, type Speech } from '@app/pages';
import type { AxeResults } from 'axe-core';
import type { Browser } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';

const SITE = { name: 'Example', host: 'auth.example.com' };
const PICTURES = 'coverage/languages';
/** Long words and addresses have to break, and what is read has to be read. */
const RULES = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] };

/** One language for each direction: colours and structure are the layout's, and the same in all. */
const JUDGED = ['en', 'ar'];

/** A page with all that pages are made of. */
function sampleOf(speech: Speech): string {
  const body = markup`<p role="alert">${speech.say('step.wrong')}</p>
<p>${speech.say('step.set_up')}</p><p class="note">${speech.say('landing.other_device')}</p>
<dl><dt>${speech.say('details.browser')}</dt><dd dir="auto">Firefox</dd></dl>
<form method="post"><label>${speech.say('step.phone_field')} <input name="phone" dir="ltr"></label><button>${speech.say('step.next')}</button></form>`;
  return layout(speech, speech.say('step.title', { site: SITE.name }), body).html;
}

describe('mails and pages in a real browser', () => {
  let browser: Browser;
  let axe: string;

  beforeAll(async () => {
    browser = await launchChromium();
    axe = await readFile(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
    await mkdir(PICTURES, { recursive: true });
  });
  afterAll(() => browser?.close());

  it.each(LANGUAGES)('fit a phone and a desk, light and dark, and can be read, in %s', async (language) => {
    const speech = await new Speeches().of(language);
    const documents = previews(speech, SITE).map(({ name, mail }) => [name, mail.html] as const);
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ colorScheme });
      const page = await context.newPage();
      for (const [name, html] of [...documents, ['page', sampleOf(speech)] as const]) {
        await page.setContent(html);
        for (const width of [360, 800]) {
          await page.setViewportSize({ width, height: 800 });
          const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          expect([name, width, overflow <= 0]).toEqual([name, width, true]);
          if (['page', 'magic_link'].includes(name))
            await page.screenshot({
              path: `${PICTURES}/${name}-${language}-${colorScheme}-${width}.png`,
              fullPage: true,
            });
        }
        expect(await page.locator('html').getAttribute('dir')).toBe(language === 'ar' ? 'rtl' : 'ltr');
        if (!JUDGED.includes(language) && name !== 'page') continue;
        await page.evaluate(axe);
        const { violations } = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify(RULES)})`);
        expect([name, colorScheme, violations.map(({ id }) => id)]).toEqual([name, colorScheme, []]);
      }
      await context.close();
    }
  });
});
