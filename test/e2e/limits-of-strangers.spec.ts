import { LIMITS, type LimitName, type LimitRow, NOTHING } from '../support/limits-table.js';
import { CONSOLE_SCENARIOS } from '../support/spending/console.js';
import { GUESS_SCENARIOS } from '../support/spending/guesses.js';
import { RECIPIENT_SCENARIOS } from '../support/spending/recipients.js';
import { REQUEST_SCENARIOS } from '../support/spending/requests.js';
import { SEND_SCENARIOS } from '../support/spending/sends.js';
import type { TestApp } from '../support/test-app.js';
import { type Scenario, Stage } from '../support/spending/stage.js';
import { WachtClient } from '../support/wacht-client.js';
import { YatClient } from '../support/yat-client.js';

/** A row without one does not compile. */
const SCENARIOS: Record<LimitName, Scenario> = {
  ...REQUEST_SCENARIOS,
  ...GUESS_SCENARIOS,
  ...SEND_SCENARIOS,
  ...RECIPIENT_SCENARIOS,
  ...CONSOLE_SCENARIOS,
};

/** `docs/security/limits.md`, row by row. */
describe('used up by whoever can, a limit leaves its owner a way in:', () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open();
  });
  afterAll(() => stage.close());

  const rows = Object.entries(LIMITS) as [LimitName, LimitRow][];
  it.each(rows.map(([name, row]) => ({ name, ...row })))('$limit', async ({ name, lost }) => {
    const { spend, isLost, enter, end } = await SCENARIOS[name](stage);
    try {
      expect({ spent: await spend() }).toEqual({ spent: true });
      expect({ isLost: await isLost?.() }).toEqual({ isLost: lost === NOTHING ? undefined : true });
      expect({ entered: await enter() }).toEqual({ entered: true });
    } finally {
      await end?.();
    }
  });

  it('all that strangers can use up at once, by the mail that they had sent', async () => {
    const { email } = await stage.person();
    const [home, other] = [await stage.elsewhere(), await stage.elsewhere()];
    const strangers = await Promise.all(Array.from({ length: 4 }, () => stage.elsewhere()));
    for (let turn = 0; turn < 20; turn += 1) {
      const [yat, browser] = [
        new YatClient(strangers[turn % 4] as TestApp),
        new WachtClient(strangers[turn % 4] as TestApp),
      ];
      await yat.signIn(email, 'no such password');
      const { id } = await browser.signIn({ strategy: 'email_otp', email });
      await browser.prepare(id);
      await browser.post('/auth/forgot-password', { email });
      await yat.post('/auth/magic_link', { email });
      stage.app.clock.advanceSeconds(60);
    }
    const ways = [
      new YatClient(home).signIn(email),
      new YatClient(home).post('/auth/magic_link', { email }),
      new WachtClient(other).post('/auth/forgot-password', { email }),
    ];
    expect((await Promise.all(ways)).map(({ status }) => status)).toEqual([429, 429, 429]);
    await stage.app.mailbox.newest(email, 60);
    const link = stage.app.mailbox.messages(email).find(({ text }) => text.includes('/magic-link?'));
    const token = /magic-link\?token=([\w-]+)/.exec(link?.text ?? '')?.[1];
    expect((await new YatClient(home).post('/auth/magic_link/token', { token })).status).toBe(200);
    expect(await stage.isIn('a yat password', email, home)).toBe(true);
  });
});
