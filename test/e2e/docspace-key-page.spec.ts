import { sql } from '@app/database';
import { Authenticator } from '../support/authenticator.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { TestApp, type SentKey } from '../support/test-app.js';

describe('the page behind the link of a mailed key', () => {
  let app: TestApp;
  let client: DocspaceClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000' });
    client = new DocspaceClient(app);
  });
  afterAll(() => app.stop());

  const invite = (request: object = {}) =>
    app.invite({ email: `page${(people += 1)}@example.com`, ...request });
  async function visit(
    { link }: Pick<SentKey, 'link'>,
    method = 'GET',
    headers: Record<string, string> = {},
  ) {
    const response = await fetch(`${app.url}${link.pathname}${link.search}`, {
      method,
      headers,
      redirect: 'manual',
    });
    const cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? '';
    return {
      status: response.status,
      html: await response.text(),
      cookie,
      location: response.headers.get('location'),
    };
  }
  const activated = async ({ id }: SentKey) =>
    (
      await app.rows<{ activated_at: Date | null }>(
        sql`SELECT activated_at FROM accounts WHERE id = ${id}::bigint`,
      )
    )[0]?.activated_at;

  it('says whom it signs in, in the browser’s language, and does nothing when it is only opened', async () => {
    const sent = await invite();
    expect(Object.fromEntries(sent.link.searchParams)).toEqual({
      type: 'Auth',
      key: sent.key,
      email: sent.email,
      first: 'true',
    });
    const [english, german] = [await visit(sent), await visit(sent, 'GET', { 'Accept-Language': 'de' })];
    expect([english.status, german.status]).toEqual([200, 200]);
    expect(english.html).toContain(`This signs you in as ${sent.email}.`);
    expect(german.html).toContain('Anmelden');
    expect(await activated(sent)).toBeNull();
  });

  it('signs in and activates with its button, once', async () => {
    const sent = await invite();
    const done = await visit(sent, 'POST');
    expect([done.status, done.html.includes('You are signed in')]).toEqual([200, true]);
    expect(await client.isGood({ Cookie: done.cookie })).toBe(true);
    expect(await activated(sent)).toEqual(app.clock.now());
    expect([(await visit(sent)).status, (await visit(sent, 'POST')).status]).toEqual([410, 410]);
  });

  it('leads on to the second factor, and its key is dead when that is proven', async () => {
    const sent = await invite({ secondFactor: 'totp' });
    const next = await visit(sent, 'POST');
    expect(next.status).toBe(303);
    const step = { link: new URL(String(next.location)) };
    expect(step.link.pathname).toBe('/confirm/TfaActivation');
    const secret = /<code dir="ltr">([A-Z2-7]+)<\/code>/.exec((await visit(step)).html)?.[1] as string;
    const done = await fetch(`${app.url}${step.link.pathname}${step.link.search}`, {
      method: 'POST',
      body: new URLSearchParams({ code: new Authenticator(app, secret).code() }),
    });
    expect(done.status).toBe(200);
    expect((await visit(sent)).status).toBe(410);
  });

  it('refuses a disabled account, and any key that is none of ours', async () => {
    const sent = await invite();
    await app.rows(sql`UPDATE accounts SET disabled_at = ${app.clock.now()} WHERE id = ${sent.id}::bigint`);
    expect([(await visit(sent)).status, (await visit(sent, 'POST')).status]).toEqual([410, 403]);
    for (const key of ['x'.repeat(43), 'short', '']) {
      const link = new URL(`http://localhost/confirm/Auth?type=Auth&key=${key}`);
      expect([(await visit({ link })).status, (await visit({ link }, 'POST')).status]).toEqual([410, 410]);
    }
  });

  it('abuse: takes no form of another site, which would sign a stranger’s browser in to the sender’s account', async () => {
    const sent = await invite();
    const foreign: Record<string, string>[] = [
      { Origin: 'https://evil.example' },
      { 'Sec-Fetch-Site': 'cross-site' },
    ];
    for (const headers of foreign) expect((await visit(sent, 'POST', headers)).status).toBe(403);
    expect((await visit(sent, 'POST', { 'Sec-Fetch-Site': 'same-origin' })).status).toBe(200);
  });

  it('is replaced by a page of the application where one is configured', async () => {
    const own = await TestApp.start({ DOCSPACE_CONFIRM_URL: 'https://app.example.com/welcome?theme=dark' });
    const { link } = await own.invite({ email: 'elsewhere@example.com' });
    expect(`${link.origin}${link.pathname}`).toBe('https://app.example.com/welcome');
    expect([...link.searchParams.keys()]).toEqual(['theme', 'type', 'key', 'email', 'first']);
    await own.stop();
  });
});
