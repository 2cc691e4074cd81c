import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { LANGUAGES } from '@app/pages';
import type { AxeResults } from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { ConsoleClient, OPERATOR_PASSWORD } from '../support/console-client.js';
import { Authenticator } from '../support/authenticator.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';
import { serveProxy } from './proxy.js';

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 800 };
const PUBLIC_URL = 'http://auth.test';
/** Where a person can look at what the test saw. */
const PICTURES = 'coverage/console';

type See = (name: string) => Promise<void>;

describe('the console in a real browser', () => {
  let app: TestApp;
  let browser: Browser;
  let axe: string;

  beforeAll(async () => {
    app = await TestApp.start({ limits: 'off', PUBLIC_URL });
    browser = await launchChromium();
    axe = await readFile(createRequire(__filename).resolve('axe-core/axe.min.js'), 'utf8');
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

  const press = async (page: Page, name: string) => {
    await page.locator('main').getByRole('button', { name, exact: true }).first().click();
    await page.waitForLoadState();
  };

  /** Each task of the support desk, once, as somebody with the role `admin` does it. `site`: where the browser reaches the service. */
  async function walk(page: Page, site: string, see: See): Promise<void> {
    const { email, path } = await ConsoleClient.invited(app, 'admin');
    await page.goto(site + path);
    await see('invitation');
    const authenticator = new Authenticator(app, await page.locator('code').innerText());
    await page.locator('[name=password]').fill(OPERATOR_PASSWORD);
    await page.locator('[name=code]').fill('000000');
    await press(page, 'Continue');
    await page.getByRole('alert').waitFor();
    await see('invitation-wrong');
    await page.locator('[name=password]').fill(OPERATOR_PASSWORD);
    await page.locator('[name=code]').fill(authenticator.code());
    await press(page, 'Continue');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await signIn(page, email, '000000');
    await page.getByRole('alert').waitFor();
    await see('sign-in-wrong');
    app.clock.advanceSeconds(30);
    await signIn(page, email, authenticator.code());
    await page.getByRole('heading', { name: 'The last day' }).waitFor();
    await see('overview');
    await lookAfter(page, see);
    await operators(page, see);
  }

  async function signIn(page: Page, email: string, code: string): Promise<void> {
    await page.locator('[name=email]').fill(email);
    await page.locator('[name=password]').fill(OPERATOR_PASSWORD);
    await page.locator('[name=code]').fill(code);
    await press(page, 'Sign in');
  }

  async function lookAfter(page: Page, see: See): Promise<void> {
    const { email } = await somebodyLocked();
    await page.getByRole('link', { name: 'People' }).click();
    await see('people');
    await page.getByRole('searchbox').fill('nobody-of-this-name');
    await press(page, 'Search');
    await see('nobody');
    await page.getByRole('searchbox').fill(email);
    await press(page, 'Search');
    await page.getByRole('link', { name: email }).click();
    await see('person');
    for (const [button, said] of [
      ['Unlock', 'Unlocked.'],
      ['End', 'Ended.'],
      ['End all sessions', 'Ended.'],
      ['Mail a link to sign in', 'On its way.'],
      ['Close the account', 'The account is closed.'],
      ['Open the account again', 'The account is open again.'],
    ] as const) {
      await press(page, button);
      await page.getByRole('status').getByText(said).waitFor();
    }
    await see('person-after');
    await page.getByRole('link', { name: 'Delete the account' }).click();
    await see('delete');
    await page.locator('[name=name]').fill('another');
    await press(page, 'Delete the account');
    await page.getByRole('alert').waitFor();
    await page.locator('[name=name]').fill(email);
    await press(page, 'Delete the account');
    await page.getByText('The account is closed, and goes').waitFor();
    await see('person-deleting');
  }

  async function operators(page: Page, see: See): Promise<void> {
    await page.getByRole('link', { name: 'Operators' }).click();
    const invited = app.given.email();
    await page.locator('[name=email]').fill(invited);
    await press(page, 'Invite');
    await page.getByText(`Link for ${invited}`).waitFor();
    await see('operators');
    await page
      .getByRole('listitem')
      .filter({ hasText: invited })
      .getByRole('button', { name: 'Remove' })
      .click();
    await page.getByRole('status').getByText('Removed.').waitFor();
  }

  async function somebodyLocked(): Promise<{ id: string; email: string }> {
    const person = await app.given.person();
    for (let times = 0; times < 3; times += 1) await new YatClient(app).signIn(person.email);
    for (let wrong = 0; wrong <= 5; wrong += 1)
      await new YatClient(app).signIn(person.email, 'no such password');
    return person;
  }

  it.each([
    ['light', PHONE],
    ['dark', PHONE],
    ['light', DESK],
    ['dark', DESK],
  ] as const)(
    'lets each task be done, and passes axe, in %s colours at %j',
    async (colorScheme, viewport) => {
      await somebodyLocked();
      // The policy of the page would keep the examiner out: it is lifted for it alone.
      await withPage({ colorScheme, viewport, locale: 'en-GB', bypassCSP: true }, async (page) => {
        await walk(page, app.url, async (name) => {
          await page.screenshot({
            path: `${PICTURES}/${name}-${colorScheme}-${viewport.width}.png`,
            fullPage: true,
          });
          await page.evaluate(axe);
          const { violations } = await page.evaluate<AxeResults>('axe.run()');
          expect([name, violations.map(({ id, nodes }) => [id, nodes[0]?.html])]).toEqual([name, []]);
          const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
          expect([name, overflow <= 0]).toEqual([name, true]);
        });
      });
    },
  );

  it.each(LANGUAGES)('fits a phone in %s, in its direction', async (language) => {
    const { id } = await somebodyLocked();
    const client = await ConsoleClient.of(app, 'admin');
    await withPage({ viewport: PHONE, locale: language }, async (page) => {
      const cookie = { name: 'operator', value: client.token, url: app.url };
      await page.context().addCookies([cookie]);
      for (const path of ['', '/accounts', `/accounts/${id}`, `/accounts/${id}/delete`, '/operators']) {
        await page.goto(`${app.url}/console${path}`);
        const { lang, dir } = await page.evaluate<{ lang: string; dir: string }>(
          '({ lang: document.documentElement.lang, dir: document.documentElement.dir })',
        );
        expect([path, lang, dir]).toEqual([path, language, language === 'ar' ? 'rtl' : 'ltr']);
        const overflow = await page.evaluate<number>('document.documentElement.scrollWidth - innerWidth');
        expect([path, overflow <= 0]).toEqual([path, true]);
        const name = path.replace(/\d+/, 'one').replaceAll('/', '-');
        await page.screenshot({ path: `${PICTURES}/${language}${name}.png`, fullPage: true });
      }
    });
  });

  it('keeps its own policy, and draws its charts under it', async () => {
    await somebodyLocked();
    await withPage({ viewport: DESK, locale: 'en-GB' }, async (page) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().includes('with a status of 4'))
          complaints.push(message.text());
      });
      page.on('requestfailed', (request) => complaints.push(`failed: ${request.url()}`));
      page.on('pageerror', (error) => complaints.push(error.message));
      await walk(page, app.url, async (name) => {
        if (name !== 'overview') return;
        expect(await page.locator('figure canvas').count()).toBeGreaterThan(0);
        const drawn = await page.evaluate<boolean>(
          '[...document.querySelectorAll("canvas")].every((canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean))',
        );
        expect(drawn).toBe(true);
      });
      expect(complaints).toEqual([]);
    });
  });

  it('does all of it without a script and over plain HTTP, with its tables in the place of charts', async () => {
    const { url, server } = await serveProxy(app.url);
    await somebodyLocked();
    const options = { proxy: { server: url }, javaScriptEnabled: false, locale: 'en-GB' };
    await withPage(options, async (page) => {
      await walk(page, PUBLIC_URL, async (name) => {
        if (name !== 'overview') return;
        expect(await page.locator('figure canvas').count()).toBe(0);
        expect(await page.getByRole('table').first().isVisible()).toBe(true);
      });
    });
    server.close();
  });
});
