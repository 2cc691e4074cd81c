import type { Browser, Locator, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { createAccount, RunningService } from '../support/running-service.js';
import { until } from '../support/until.js';

const OTHERS: Record<string, string> = {
  '/auth/token': 'yat',
  '/auth/2fa': 'yat',
  '/account': 'yat',
  '/auth/login/init': 'dfns',
};

/** Of Swagger UI, which is most of it, and of the document, before they are compressed. */
const MOST_BYTES = 2_750_000;

describe('the explorer in a real browser', () => {
  let service: RunningService;
  let browser: Browser;
  let page: Page;
  const problems: string[] = [];

  beforeAll(async () => {
    service = await RunningService.start();
    createAccount(service, 'ada@example.com');
    browser = await launchChromium();
    page = await browser.newPage();
    page.on('console', (message) => message.type() === 'error' && problems.push(message.text()));
    page.on('requestfailed', (request) => problems.push(`failed: ${request.url()}`));
    await page.goto(`${service.url}/docs`);
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await service?.stop();
  });

  it('loads from this service alone and without a complaint', async () => {
    await page.waitForSelector('.opblock-tag');
    expect(problems).toEqual([]);
  });

  /** How long that takes is the machine's to say: on a quiet one it is less than a second. */
  it('loads little, and shows the calls of a family when that is opened', async () => {
    const other = await browser.newPage();
    const loaded: Promise<Buffer>[] = [];
    other.on('response', (response) => loaded.push(response.body()));
    await other.goto(`${service.url}/docs`, { waitUntil: 'networkidle' });
    await other.waitForSelector('.opblock-tag');
    expect(await other.locator('.opblock').count()).toBe(0);
    const bytes = (await Promise.all(loaded)).reduce((sum, { length }) => sum + length, 0);
    expect(bytes).toBeGreaterThan(100_000);
    expect(bytes).toBeLessThan(MOST_BYTES);
    await open('POST /user/auth', other);
    await other.close();
  });

  describe('with the account of the demonstration, whose requests are filled in', () => {
    let demo: Page;

    beforeAll(async () => {
      const context = await browser.newContext();
      demo = await context.newPage();
      await demo.goto(`${service.url}/docs`);
    });
    afterAll(() => demo.context().close());

    it('says in each protocol what to click, and leads there', async () => {
      const links = demo.locator('.opblock-tag a[href^="#/"]');
      await links.first().waitFor();
      const hrefs = await links.evaluateAll((all) => all.map((each) => String(each.getAttribute('href'))));
      // Those with two parts lead to a family.
      const places = hrefs.filter((href) => href.split('/').length === 3);
      const protocols = new Set(places.map((place) => place.split('/')[1]));
      expect([...protocols].sort()).toEqual(['dfns', 'docspace', 'navixy', 'wacht', 'yat']);
      const document = await (await fetch(`${service.url}/openapi.json`)).text();
      const operations = places.map((place) => place.split('/')[2]);
      expect(operations.filter((id) => !document.includes(`"operationId":"${id}"`))).toEqual([]);
    });

    it('navixy: password, code, account, with nothing to type but the code', async () => {
      expect(await executed('POST /user/auth')).toMatchObject({ success: true, factor_type: 'email' });
      const code = await codeTo('demo@example.com');
      expect(
        await executed('POST /user/auth/code/verify', (text) => text.replace('000000', code)),
      ).toMatchObject({
        success: true,
      });
      expect(await executed('POST /user/get_info')).toMatchObject({
        user_info: { login: 'demo@example.com' },
      });
    });

    it('docspace: password, code, session', async () => {
      const before = await mailsTo('demo@example.com');
      expect(await executed('POST /api/2.0/authentication')).toMatchObject({ response: { tfa: true } });
      const code = await codeTo('demo@example.com', before.length + 1);
      const path = 'POST /api/2.0/authentication/{code}';
      const operation = await open(path, demo);
      await operation.locator('input[placeholder="code"]').fill(code);
      const typed = await bodyOf(operation);
      await operation.locator('textarea.body-param__text').fill(typed.replace('000000', code));
      expect(await execute(operation)).toMatchObject({ response: { token: expect.any(String) } });
    });

    it('wacht: password, code, session in the cookie', async () => {
      const begun = (await executed('POST /auth/signin')) as {
        session: { signin_attempts: { id: string }[] };
      };
      const id = begun.session.signin_attempts.at(-1)?.id as string;
      const before = await mailsTo('demo@example.com');
      const withId = (text: string) => text.replace('id of the attempt', id);
      expect(await executed('POST /auth/prepare-verification', withId)).toMatchObject({ status: 200 });
      const code = await codeTo('demo@example.com', before.length + 1);
      const verified = await executed('POST /auth/attempt-verification', (text) =>
        withId(text).replace('000000', code),
      );
      expect(verified).toMatchObject({ status: 200 });
      expect(await executed('GET /session')).toMatchObject({ data: { signins: [expect.anything()] } });
    });

    it('yat: password, code, account', async () => {
      const before = await mailsTo('demo@example.com');
      const { refresh_token } = (await executed('POST /auth/token')) as { refresh_token: string };
      const code = await codeTo('demo@example.com', before.length + 1);
      await executed('POST /auth/2fa', (text) =>
        text.replace('refresh token of the answer before', refresh_token).replace('000000', code),
      );
      expect(await executed('GET /account')).toMatchObject({ user: { email: 'demo@example.com' } });
    });

    it('dfns: a challenge', async () => {
      expect(await executed('POST /auth/login/init')).toMatchObject({ challenge: expect.any(String) });
    });

    /** The answer to what the explorer has filled in, as `change` changes it. */
    async function executed(call: string, change?: (text: string) => string): Promise<unknown> {
      const operation = await open(call, demo);
      if (change) await operation.locator('textarea.body-param__text').fill(change(await bodyOf(operation)));
      return execute(operation);
    }
  });

  it('clicks through a sign-in: password, mailed code, session', async () => {
    const signIn = await open('POST /user/auth');
    await fill(signIn, { login: 'ada@example.com', password: 'correct horse battery' });
    const pending = (await execute(signIn)) as { hash: string };

    await authorize(pending.hash);
    const verify = await open('POST /user/auth/code/verify');
    await fill(verify, { code: await codeTo('ada@example.com') });
    const { hash } = (await execute(verify)) as { hash: string };

    await authorize(hash);
    const info = await open('POST /user/get_info');
    expect(await execute(info)).toMatchObject({ success: true, user_info: { login: 'ada@example.com' } });
  });

  it('sends the example of a call whose fields have alternatives, and shows its answer', async () => {
    const confirm = await open('POST /api/2.0/authentication/confirm');
    expect(JSON.parse(await confirm.locator('textarea.body-param__text').inputValue())).toMatchObject({
      type: 'EmpInvite',
      first: true,
    });
    expect(await execute(confirm)).toMatchObject({ response: { result: 1 }, statusCode: 200 });
  });

  async function open(call: string, on = page): Promise<Locator> {
    const [method = '', path = ''] = call.split(' ');
    const family = on.locator('.opblock-tag', { hasText: familyOf(path) }).first();
    await family.waitFor();
    if ((await family.getAttribute('data-is-open')) === 'false')
      await family.locator('.expand-operation').click();
    const operation = on.locator(`.opblock-${method.toLowerCase()}`, {
      has: on.locator(`.opblock-summary-path[data-path="${path}"]`),
    });
    await operation.locator('.opblock-summary-control').first().click();
    await operation.getByRole('button', { name: 'Try it out' }).click();
    return operation;
  }

  async function fill(operation: Locator, body: object): Promise<void> {
    await operation.locator('textarea.body-param__text').fill(JSON.stringify(body));
  }

  async function execute(operation: Locator): Promise<unknown> {
    await operation.getByRole('button', { name: 'Execute' }).click();
    const answer = operation.locator('.live-responses-table .response-col_description code').first();
    await answer.waitFor();
    return JSON.parse(await answer.innerText());
  }

  async function authorize(hash: string): Promise<void> {
    await page.locator('.auth-wrapper .btn.authorize').click();
    const scheme = page.locator('.auth-container', { hasText: 'navixyHash' });
    const logout = scheme.getByRole('button', { name: 'Remove authorization' });
    if (await logout.isVisible()) await logout.click();
    await scheme.locator('input').fill(`NVX ${hash}`);
    await scheme.getByRole('button', { name: 'Apply credentials' }).click();
    await page.locator('.close-modal').click();
  }

  const familyOf = (path: string) =>
    path.startsWith('/user') ? 'navixy' : path.startsWith('/api') ? 'docspace' : (OTHERS[path] ?? 'wacht');

  const bodyOf = (operation: Locator) => operation.locator('textarea.body-param__text').inputValue();

  /** Newest first. */
  async function mailsTo(email: string): Promise<{ text: string }[]> {
    const response = await fetch(`${service.url}/dev/mailbox/messages?to=${email}`);
    return (await response.json()) as { text: string }[];
  }

  async function mailsSince(email: string, count: number): Promise<{ text: string }[]> {
    let mails: { text: string }[] = [];
    await until(async () => (mails = await mailsTo(email)).length >= count, `${count} mails`);
    return mails;
  }

  async function codeTo(email: string, count = 1): Promise<string> {
    const [newest] = await mailsSince(email, count);
    return /\b\d{6}\b/.exec(newest?.text ?? '')?.[0] as string;
  }
});
