import { fates, PRODUCT_SENDS } from '../product-sends.js';
import { Networks } from '../seen-from.js';
import { TestApp } from '../test-app.js';
import { WachtClient } from '../wacht-client.js';
import { YatClient } from '../yat-client.js';
import { newPasswordByMail } from './new-password.js';
import { type Scenario, type Spending, times } from './stage.js';

/** A service with the product's own limits over everything, and an owner: the stage has ample ones. */
async function withLimits(
  environment: Record<string, string>,
  play: (app: TestApp, networks: Networks) => Promise<Spending>,
): Promise<Spending> {
  const networks = new Networks();
  const app = await TestApp.start({ ...PRODUCT_SENDS, ...environment });
  const end = async () => {
    networks.stop();
    await app.stop();
  };
  return { ...(await play(app, networks)), end };
}

const askLink = (app: TestApp, email: string) => async () => {
  app.clock.advanceSeconds(2);
  return (await new YatClient(app).post('/auth/magic_link', { email })).status;
};

const recipientSends: Scenario = () =>
  withLimits({}, async (app, networks) => {
    const email = 'owner@example.com';
    await app.createAccount({ email, secondFactor: 'none' });
    const home = await networks.at(app, '203.0.113.9');
    const sent = async () => (await fates(app, email)).sent;
    return {
      // By two networks: one alone would be told to wait.
      spend: async () => {
        const strangers = ['203.0.113.1', '203.0.113.2'].map((address) => networks.at(app, address));
        for (const stranger of await Promise.all(strangers)) await times(3, askLink(stranger, email));
        return (await sent()) === 5;
      },
      isLost: async () => (await askLink(home, email)()) === 200 && (await sent()) === 5,
      enter: async () => {
        await new WachtClient(home).post('/auth/forgot-password', { email });
        const password = await newPasswordByMail(home, email);
        return (await new YatClient(home).signIn(email, password)).status === 200;
      },
    };
  });

const ownersSends: Scenario = () =>
  withLimits({}, async (app, networks) => {
    const email = 'owner@example.com';
    await app.createAccount({ email, secondFactor: 'email' });
    const [thief, home] = await Promise.all([
      networks.at(app, '203.0.113.1'),
      networks.at(app, '203.0.113.9'),
    ]);
    const owner = new YatClient(home);
    const { refresh_token } = (await owner.signIn(email)).body;
    const code = await app.mailbox.code(email, 1);
    const sent = async () => (await fates(app, email)).sent;
    return {
      spend: async () => {
        await times(10, () => new YatClient(thief).signIn(email));
        return (await sent()) === 10;
      },
      isLost: async () => (await owner.signIn(email)).status === 200 && (await sent()) === 10,
      enter: async () => (await owner.confirm(refresh_token, code)).status === 200,
    };
  });

const networkSends: Scenario = () =>
  withLimits({ NETWORK_MAILS_HOURLY_LIMIT: '3' }, async (app, networks) => {
    const email = 'owner@example.com';
    await app.createAccount({ email, secondFactor: 'none' });
    const [office, home] = await Promise.all([
      networks.at(app, '203.0.113.1'),
      networks.at(app, '203.0.113.9'),
    ]);
    const sent = async () => (await fates(app, '%')).sent;
    return {
      spend: async () => {
        for (let person = 0; person < 4; person += 1) {
          const browser = new WachtClient(office);
          const { id } = await browser.signUp({
            email: `p${person}@example.com`,
            password: 'gelbe Kanne 7 im Schnee',
          });
          await browser.prepareSignUp(id);
        }
        return (await sent()) === 3;
      },
      isLost: async () => (await askLink(office, email)()) === 200 && (await sent()) === 3,
      enter: async () => (await askLink(home, email)()) === 200 && (await sent()) === 4,
    };
  });

const textsOfADay: Scenario = () =>
  withLimits({ SMS_DAILY_LIMIT: '4' }, async (app) => {
    const [email, phone] = ['owner@example.com', '+4915112398750'];
    await app.createAccount({ email, phone, secondFactor: 'sms' });
    const setUp = async (index: number) => {
      const stranger = `stranger${index}@example.com`;
      await app.createAccount({ email: stranger, secondFactor: 'none' });
      const client = new YatClient(app);
      const { access_token } = (await client.signIn(stranger)).body;
      const body = { provider: 'SMS', phone: `+491511239871${index}`, default: true };
      return client.post('/account/2fa/enable', body, access_token);
    };
    const sent = async () => (await fates(app, '+%')).sent;
    return {
      spend: async () => {
        await times(3, setUp);
        return (await sent()) === 2;
      },
      isLost: async () => (await setUp(4)).status === 200 && (await sent()) === 2,
      enter: async () => {
        const owner = new YatClient(app);
        const { refresh_token } = (await owner.signIn(email)).body;
        return (await owner.confirm(refresh_token, await app.mailbox.code(phone, 1))).status === 200;
      },
    };
  });

export const RECIPIENT_SCENARIOS = {
  recipientSends,
  ownersSends,
  networkSends,
  textsOfADay,
} satisfies Record<string, Scenario>;
