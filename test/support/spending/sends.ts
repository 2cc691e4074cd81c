import { DfnsClient } from '../dfns-client.js';
import { LONG_CODE } from '../mailbox-reader.js';
import { DfnsPeople, ORG } from '../dfns-people.js';
import { NavixyClient } from '../navixy-client.js';
import type { TestApp } from '../test-app.js';
import { WachtClient } from '../wacht-client.js';
import { YatClient } from '../yat-client.js';
import { until } from '../until.js';
import { newPasswordByMail } from './new-password.js';
import { type Scenario, type Spending, type Stage, times } from './stage.js';

const HOURLY = 5;
const OF_ALL = 20;
const MINUTE = 60;

/** Asks so often that the hour has no send left, a minute apart; whether the last is refused. */
async function useUp(stage: Stage, ask: () => Promise<{ status: number }>): Promise<boolean> {
  let status = 0;
  for (let asked = 0; asked <= HOURLY; asked += 1) {
    if (asked > 0) stage.app.clock.advanceSeconds(MINUTE);
    ({ status } = await ask());
  }
  return status === 429;
}

/** The same by as many networks as it takes to leave none to anybody. */
async function useUpOfAll(
  stage: Stage,
  ask: (from: TestApp) => Promise<{ status: number }>,
): Promise<boolean> {
  const strangers = await Promise.all(Array.from({ length: OF_ALL / HOURLY }, () => stage.elsewhere()));
  for (let asked = 0; asked < OF_ALL; asked += 1) {
    stage.app.clock.advanceSeconds(MINUTE);
    const { status } = await ask(strangers[asked % strangers.length] as TestApp);
    if (status !== 200) return false;
  }
  stage.app.clock.advanceSeconds(MINUTE);
  return true;
}

async function signInSends(stage: Stage): Promise<Spending> {
  const home = await stage.elsewhere();
  const { email } = await stage.person();
  const askFrom = async (app: TestApp) => {
    const browser = new WachtClient(app);
    const { id } = await browser.signIn({ strategy: 'email_otp', email });
    return browser.prepare(id);
  };
  return {
    spend: () => useUpOfAll(stage, askFrom),
    isLost: async () => (await askFrom(home)).status === 429,
    enter: async () => {
      await stage.app.mailbox.newest(email, OF_ALL);
      const byLink = await stage.isIn('a yat magic link', email, home);
      return byLink && stage.isIn('a wacht password', email, home);
    },
  };
}

async function linkSends(stage: Stage): Promise<Spending> {
  const home = await stage.elsewhere();
  const { email } = await stage.person();
  return {
    spend: () => useUpOfAll(stage, (from) => new YatClient(from).post('/auth/magic_link', { email })),
    isLost: async () => (await new YatClient(home).post('/auth/magic_link', { email })).status === 429,
    enter: async () => {
      const { text } = await stage.app.mailbox.newest(email, OF_ALL);
      const token = /magic-link\?token=([\w-]+)/.exec(text)?.[1];
      const byLink = await new YatClient(home).post('/auth/magic_link/token', { token });
      return byLink.status === 200 && stage.isIn('a wacht code by mail', email, home);
    },
  };
}

async function resetSends(stage: Stage): Promise<Spending> {
  const home = await stage.elsewhere();
  const { email } = await stage.person();
  return {
    spend: () => useUpOfAll(stage, (from) => new WachtClient(from).post('/auth/forgot-password', { email })),
    isLost: async () => (await new WachtClient(home).post('/auth/forgot-password', { email })).status === 429,
    enter: async () => {
      await stage.app.mailbox.newest(email, OF_ALL);
      const byCode = await stage.isIn('a wacht code by mail', email, home);
      const password = await newPasswordByMail(home, email);
      return byCode && (await new YatClient(home).signIn(email, password)).status === 200;
    },
  };
}

async function secondFactorSends(stage: Stage): Promise<Spending> {
  const [thief, home] = [await stage.elsewhere(), new YatClient(await stage.elsewhere())];
  const { email } = await stage.person({ secondFactor: 'email' });
  const askFor = async (app: TestApp) => {
    const browser = new WachtClient(app);
    const { id } = await browser.signInWithPassword(email);
    return browser.prepare(id);
  };
  return {
    spend: async () => (await times(HOURLY + 1, () => askFor(thief))).status === 429,
    isLost: async () => (await askFor(await stage.elsewhere())).status === 429,
    enter: async () => {
      await stage.app.mailbox.newest(email, HOURLY);
      const { refresh_token } = (await home.signIn(email)).body;
      const code = await stage.app.mailbox.code(email, HOURLY + 1);
      return (await home.confirm(refresh_token, code)).status === 200;
    },
  };
}

async function navixyResends(stage: Stage): Promise<Spending> {
  const [thief, home] = [
    new NavixyClient(await stage.elsewhere()),
    new NavixyClient(await stage.elsewhere()),
  ];
  const { email } = await stage.person({ secondFactor: 'email' });
  const { hash } = (await thief.signIn(email)).body;
  return {
    spend: async () => (await times(2, () => thief.resend(hash))).status === 429,
    isLost: async () => (await home.resend((await home.signIn(email)).body.hash)).status === 429,
    enter: async () => {
      // Three came before: two with a first step, one that was sent again.
      await stage.app.mailbox.newest(email, 3);
      const again = (await home.signIn(email)).body.hash;
      const code = await stage.app.mailbox.code(email, 4);
      return (await home.verify(again, code)).status === 200;
    },
  };
}

async function setupSends(stage: Stage): Promise<Spending> {
  const [stranger, home] = [new YatClient(await stage.elsewhere()), new YatClient(await stage.elsewhere())];
  const [other, owner] = [await stage.person(), await stage.person()];
  const body = { provider: 'SMS', phone: '+4915112398702', default: true };
  const enable = async (client: YatClient, { email }: { email: string }) => {
    const { access_token } = (await client.signIn(email)).body;
    return client.post('/account/2fa/enable', body, access_token);
  };
  return {
    spend: () => useUp(stage, () => enable(stranger, other)),
    enter: async () => (await enable(home, owner)).status === 200,
  };
}

async function contactSends(stage: Stage): Promise<Spending> {
  const [stranger, home] = [new YatClient(await stage.elsewhere()), new YatClient(await stage.elsewhere())];
  const [other, owner] = [await stage.person(), await stage.person()];
  const change = async (client: YatClient, { email }: { email: string }) => {
    const { access_token } = (await client.signIn(email)).body;
    return client.call('PATCH', '/account', { email: 'wanted-by-two@example.com' }, access_token);
  };
  return {
    spend: () => useUp(stage, () => change(stranger, other)),
    enter: async () => (await change(home, owner)).status === 200,
  };
}

async function signUpSends(stage: Stage): Promise<Spending> {
  const home = await stage.elsewhere();
  const email = 'not-yet-here@example.com';
  const askFrom = async (app: TestApp) => {
    const browser = new WachtClient(app);
    const { id } = await browser.signUp({ email, password: 'gelbe Kanne im Schnee 7' });
    return browser.prepareSignUp(id);
  };
  return {
    spend: () => useUpOfAll(stage, askFrom),
    isLost: async () => (await askFrom(home)).status === 429,
    enter: async () => {
      const { access_token } = (
        await new YatClient(home).post('/users', { email, password: 'gelbe Kanne im Schnee 7' })
      ).body;
      return (await new YatClient(home).account(access_token)).status === 200;
    },
  };
}

async function recoverySends(stage: Stage): Promise<Spending> {
  const home = new DfnsClient(await stage.elsewhere());
  const people = new DfnsPeople(stage.app, home);
  const { email, recoveryKey } = await people.registered(await stage.person({ orgId: ORG }));
  // Not what else the mailbox is told, such as of the first keys.
  const codes = () => stage.app.mailbox.messages(email).filter(({ text }) => LONG_CODE.test(text)).length;
  const before = codes();
  return {
    spend: async () => {
      const answered = await useUpOfAll(stage, (from) => new DfnsClient(from).recoveryCode(email));
      await until(() => codes() >= before + OF_ALL);
      return answered;
    },
    isLost: async () => {
      await home.recoveryCode(email);
      return codes() === before + OF_ALL;
    },
    enter: async () => {
      const code = await home.codeIn(email, OF_ALL);
      return (await home.recoveryInit(email, code, recoveryKey.credId)).status === 200;
    },
  };
}

export const SEND_SCENARIOS = {
  signInSends,
  linkSends,
  resetSends,
  secondFactorSends,
  navixyResends,
  setupSends,
  contactSends,
  signUpSends,
  recoverySends,
} satisfies Record<string, Scenario>;
