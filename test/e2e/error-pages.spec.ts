import { TestApp } from '../support/test-app.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

describe('a refusal of one of our pages', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '20' });
  });
  afterAll(() => app.stop());

  const key = 'x'.repeat(43);
  async function ask(path: string, { method = 'GET', ...headers }: Record<string, string> = {}) {
    const response = await fetch(`${app.url}${path}`, { method, headers: { Accept: BROWSER, ...headers } });
    return { status: response.status, headers: response.headers, text: await response.text() };
  }

  it('is a page for a browser, in its language and under the policy of all pages', async () => {
    const answer = await ask(`/confirm/Auth?key=${key}`, { method: 'POST', 'Sec-Fetch-Site': 'cross-site' });
    expect(answer.status).toBe(403);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    expect(answer.text).toContain('This did not come from our page');
    const german = await ask('/no-such-page', { 'Accept-Language': 'de-AT,de;q=0.9' });
    expect([german.status, german.text.includes('Diese Seite gibt es nicht')]).toEqual([404, true]);
  });

  it('is JSON for a client that does not ask for a page', async () => {
    for (const Accept of ['*/*', 'application/json', 'application/json, text/html'])
      expect(JSON.parse((await ask('/no-such-page', { Accept })).text)).toEqual({
        statusCode: 404,
        error: 'path_unknown',
      });
  });

  it('is never a page in a protocol', async () => {
    const { status, text } = await ask('/api/2.0/nothing');
    expect([status, JSON.parse(text)]).toEqual([404, expect.objectContaining({ status: 1 })]);
  });

  it('says how long to wait, in the page and for machines', async () => {
    let answer = await ask(`/confirm/TfaAuth?key=${key}`);
    for (let calls = 0; calls < 25 && answer.status !== 429; calls += 1)
      answer = await ask(`/confirm/TfaAuth?key=${key}`);
    expect(answer.status).toBe(429);
    expect(answer.text).toContain(`Wait ${answer.headers.get('retry-after')} s`);
  });

  it('repeats nothing of what was asked for', async () => {
    const { text } = await ask('/no-such-page/%3Cscript%3Ealert(1)%3C%2Fscript%3E?q=<script>');
    expect(text).not.toContain('script');
  });
});
