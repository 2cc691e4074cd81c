import type { Browser, Locator, Page } from 'playwright-core';
import { launchChromium } from '../support/chromium.js';
import { createAccount, RunningService } from '../support/running-service.js';
import { until } from '../support/until.js';

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
    await page.waitForSelector('.opblock');
    expect(problems).toEqual([]);
  });

  it('clicks through a sign-in: password, mailed code, session', async () => {
    const signIn = await open('/user/auth');
    await fill(signIn, { login: 'ada@example.com', password: 'correct horse battery' });
    const pending = (await execute(signIn)) as { hash: string };

    await authorize(pending.hash);
    const verify = await open('/user/auth/code/verify');
    await fill(verify, { code: await mailedCode() });
    const { hash } = (await execute(verify)) as { hash: string };

    await authorize(hash);
    const info = await open('/user/get_info');
    expect(await execute(info)).toMatchObject({ success: true, user_info: { login: 'ada@example.com' } });
  });

  it('sends the example of a call whose fields have alternatives, and shows its answer', async () => {
    const confirm = await open('/api/2.0/authentication/confirm');
    expect(JSON.parse(await confirm.locator('textarea.body-param__text').inputValue())).toMatchObject({
      type: 'EmpInvite',
      first: true,
    });
    expect(await execute(confirm)).toMatchObject({ response: { result: 1 }, statusCode: 200 });
  });

  async function open(path: string): Promise<Locator> {
    const operation = page.locator('.opblock', {
      has: page.locator(`.opblock-summary-path[data-path="${path}"]`),
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

  async function mailedCode(): Promise<string> {
    let text = '';
    await until(async () => {
      const response = await fetch(`${service.url}/dev/mailbox/messages?to=ada@example.com`);
      text = ((await response.json()) as { text: string }[])[0]?.text ?? '';
      return text !== '';
    });
    return /\b\d{6}\b/.exec(text)?.[0] as string;
  }
});
