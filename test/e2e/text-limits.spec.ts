import { Logger } from '@nestjs/common';
import { TextsWatch } from '@app/delivery';
import { sql } from '@app/database';
import { AMPLE_TEXTS, fates, PRODUCT_SENDS } from '../support/product-sends.js';
import { TestApp } from '../support/test-app.js';
import { YatClient } from '../support/yat-client.js';

/** Somebody with an account who has texts sent to a phone that they do not own. */
async function enable(app: TestApp, email: string, phone: string): Promise<number> {
  const client = new YatClient(app);
  const { access_token } = (await client.signIn(email)).body;
  const body = { provider: 'SMS', phone, default: true };
  return (await client.post('/account/2fa/enable', body, access_token)).status;
}

describe('the texts to one phone', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await TestApp.start({ ...PRODUCT_SENDS, ...AMPLE_TEXTS });
  });
  afterAll(() => app.stop());

  it('are five, however many accounts set it up', async () => {
    const answers: number[] = [];
    for (let turn = 0; turn < 12; turn += 1) {
      const email = `setter${turn}@example.com`;
      await app.createAccount({ email, secondFactor: 'none' });
      answers.push(await enable(app, email, '+4915112345678'));
    }
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(await fates(app, '+4915112345678')).toEqual({
      sent: 5,
      withheld: Array<string>(7).fill('recipient'),
    });
  });
});

describe('the texts of a day', () => {
  let app: TestApp;
  let setters = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      ...PRODUCT_SENDS,
      SMS_COUNTRIES: 'DE,FR,us',
      SMS_DAILY_LIMIT: '10',
      SMS_COUNTRY_DAILY_LIMIT: '6',
      NETWORK_TEXTS_HOURLY_LIMIT: '7',
    });
  });
  afterAll(() => app.stop());

  async function textTo(phone: string): Promise<string | null> {
    const email = `texter${(setters += 1)}@example.com`;
    await app.createAccount({ email, secondFactor: 'none' });
    expect(await enable(app, email, phone)).toBe(200);
    const [row] = await app.rows<{ last_error: string | null }>(
      sql`SELECT last_error FROM messages WHERE recipient = ${phone} ORDER BY id DESC LIMIT 1`,
    );
    return row?.last_error ?? null;
  }
  const german = (index: number) => `+49151123987${10 + index}`;

  it('go to the countries of the list alone, and to half of what a country and all may have at the call of strangers', async () => {
    expect(await textTo('+447400123456')).toBe('country');
    // Jamaica begins like the United States.
    expect(await textTo('+18762101234')).toBe('country');
    for (let index = 0; index < 3; index += 1) expect(await textTo(german(index))).toBeNull();
    expect(await textTo(german(3))).toBe('texts to the country');
    expect(await textTo('+12025550123')).toBeNull();
    expect(await textTo('+33612345678')).toBeNull();
    expect(await textTo('+33612345679')).toBe('texts');
    // It was the seventh from here that passed the list.
    expect(await textTo('+33612345680')).toBe('network');
  });

  it('leave the other half to those who have proven the first factor', async () => {
    const email = 'texted@example.com';
    const phone = '+4915112398750';
    await app.createAccount({ email, phone, secondFactor: 'sms' });
    const client = new YatClient(app);
    for (let turn = 0; turn < 4; turn += 1) {
      app.clock.advanceSeconds(2);
      await client.signIn(email);
    }
    expect(await fates(app, phone)).toEqual({ sent: 3, withheld: ['texts to the country'] });
  });

  it('are spoken of once when they are near their end, and stand in the metrics', async () => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation();
    await app.nest.get(TextsWatch).look(app.clock.now());
    await app.nest.get(TextsWatch).look(app.clock.now());
    const said = warn.mock.calls.map(([line]) => String(line));
    warn.mockRestore();
    expect(said).toEqual([
      expect.stringMatching(/^8 of 10 texts are used until \S+ \(SMS_DAILY_LIMIT\)$/),
      expect.stringMatching(/^6 of 6 texts to 49 are used until \S+ \(SMS_COUNTRY_DAILY_LIMIT\)$/),
    ]);
    const metrics = await (await fetch(`${app.url}/metrics`)).text();
    expect(metrics).toMatch(/^countersign_texts_used 8$/m);
    expect(metrics).toMatch(/^countersign_texts_limit 10$/m);
  });

  it('begin anew after 24 hours', async () => {
    app.clock.advanceSeconds(86_400);
    expect(await textTo(german(60))).toBeNull();
  });
});
