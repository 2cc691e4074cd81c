import { CaptchaServer } from '../support/captcha-server.js';
import { DocspaceClient } from '../support/docspace-client.js';
import { PASSWORD, TestApp } from '../support/test-app.js';

describe('a captcha', () => {
  let app: TestApp;
  let verifier: CaptchaServer;
  let client: DocspaceClient;
  let accounts = 0;

  beforeAll(async () => {
    verifier = await CaptchaServer.start();
    app = await TestApp.start({
      RECAPTCHA_SECRET: 'web-secret',
      RECAPTCHA_VERIFY_URL: verifier.url,
      HCAPTCHA_SECRET: 'h-secret',
      HCAPTCHA_VERIFY_URL: verifier.url,
    });
    client = new DocspaceClient(app);
  });
  afterAll(async () => {
    await app.stop();
    await verifier.stop();
  });

  async function locked() {
    const email = `captcha${(accounts += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    for (let wrong = 0; wrong < 6; wrong += 1) await client.signIn(email, 'wrong');
    expect((await client.signIn(email)).status).toBe(429);
    verifier.asked.length = 0;
    return email;
  }
  const signIn = (
    email: string,
    recaptchaResponse: string,
    recaptchaType?: string | number,
    password = PASSWORD,
  ) => client.signIn(email, password, { recaptchaResponse, recaptchaType });

  it('lifts the lock of the address with a good answer, and with no other', async () => {
    const email = await locked();
    expect((await signIn(email, 'bad')).status).toBe(429);
    expect((await signIn(email, 'good')).status).toBe(200);
    expect(verifier.asked.map(({ secret, response }) => [secret, response])).toEqual([
      ['web-secret', 'bad'],
      ['web-secret', 'good'],
    ]);
  });

  it('is asked for in the words of its kind; a kind that is not configured lifts nothing', async () => {
    const email = await locked();
    expect((await signIn(email, 'good', 'AndroidV2')).status).toBe(429);
    expect(verifier.asked).toEqual([]);
    expect((await signIn(email, 'good', 3)).status).toBe(200);
    expect(verifier.asked).toEqual([expect.objectContaining({ secret: 'h-secret', response: 'good' })]);
  });

  it('is not looked at as long as nothing is locked', async () => {
    const email = `captcha${(accounts += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    verifier.asked.length = 0;
    expect((await signIn(email, 'bad')).status).toBe(200);
    expect(verifier.asked).toEqual([]);
  });

  it('lifts nothing when its verifier is out of reach', async () => {
    const cutOff = await TestApp.start(
      { RECAPTCHA_SECRET: 'web-secret', RECAPTCHA_VERIFY_URL: 'http://127.0.0.1:1/' },
      app,
    );
    const email = await locked();
    const answer = await new DocspaceClient(cutOff).signIn(email, PASSWORD, { recaptchaResponse: 'good' });
    expect(answer.status).toBe(429);
    await cutOff.stop();
  });

  it('abuse: never lifts the hourly lock of the login itself', async () => {
    const email = await locked();
    let looked = 0;
    for (let guess = 0; guess < 20; guess += 1)
      looked += Number((await signIn(email, 'good', 0, 'wrong')).status === 401);
    expect(looked).toBeLessThanOrEqual(15);
    expect((await signIn(email, 'good')).status).toBe(429);
  });
});
