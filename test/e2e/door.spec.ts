import { LANGUAGES } from '@app/pages';
import { VERSION } from '../../libs/config/src/version.js';
import { TestApp } from '../support/test-app.js';

const HTML = 'text/html,application/xhtml+xml,*/*;q=0.8';

describe('GET /', () => {
  let app: TestApp;
  let below: TestApp;

  beforeAll(async () => {
    app = await TestApp.start();
    const production = {
      PUBLIC_URL: 'https://example.com/auth',
      SMTP_URL: 'smtp://localhost:1',
      MAIL_FROM: 'auth@example.com',
    };
    below = await TestApp.start(production, app);
  });
  afterAll(async () => {
    await below.stop();
    await app.stop();
  });

  const look = (headers: Record<string, string> = {}, at = app) => fetch(`${at.url}/`, { headers });
  const linksOf = async (at: TestApp) =>
    ((await (await look({}, at)).json()) as { links: Record<string, string> }).links;

  it('says as JSON where everything is, and everything is there', async () => {
    const answer = await look();
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('application/json'),
    ]);
    const links = await linksOf(app);
    expect(Object.keys(links)).toEqual(['explorer', 'openapi', 'health', 'keys', 'mailbox']);
    for (const path of Object.values(links)) expect((await fetch(`${app.url}${path}`)).status).toBe(200);
  });

  it.each(LANGUAGES)('is a page for a browser, in its language: %s', async (language) => {
    const answer = await look({ Accept: HTML, 'Accept-Language': language });
    const html = await answer.text();
    expect(answer.status).toBe(200);
    expect(html).toContain(`lang="${language}"`);
    expect(html.match(/<a href="/g)).toHaveLength(5);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });

  it('knows no mailbox where mails are sent, and lies below the path of PUBLIC_URL', async () => {
    expect(await linksOf(below)).toEqual({
      explorer: '/auth/docs',
      openapi: '/auth/openapi.json',
      health: '/auth/health/ready',
      keys: '/auth/.well-known/jwks.json',
    });
  });

  it('lies below that path in the explorer’s document too, on whatever host that was read from', async () => {
    const serversOf = async (at: TestApp) =>
      ((await (await fetch(`${at.url}/openapi.json`)).json()) as { servers?: object[] }).servers;
    expect(await serversOf(below)).toEqual([{ url: '/auth' }]);
    expect(await serversOf(app)).toEqual([]);
  });

  it('tells neither version nor what it is made of, sets no cookie, and believes no header', async () => {
    const forged = {
      'X-Forwarded-Host': 'evil.example',
      'X-Forwarded-Prefix': '/evil',
      Host: 'evil.example',
    };
    for (const Accept of [HTML, '*/*', 'application/json', '', 'x']) {
      const answer = await look({ Accept, ...forged }, below);
      const said = `${await answer.text()} ${JSON.stringify([...answer.headers])}`;
      expect(answer.status).toBe(200);
      expect(said).not.toContain(VERSION);
      expect(said).not.toMatch(/evil|express|nest|set-cookie/i);
    }
  });

  it('answers nothing but GET and HEAD', async () => {
    const post = await fetch(`${app.url}/`, { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET']);
    expect((await fetch(`${app.url}/`, { method: 'HEAD' })).status).toBe(200);
  });
});
