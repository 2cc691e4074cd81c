import { AccountsService, AccountStateService } from '@app/administration';
import { Authenticator } from '../authenticator.js';
import { DfnsClient, otherCodeThan } from '../dfns-client.js';
import { DfnsNewKeys } from '../dfns-new-keys.js';
import { DfnsPeople, ORG } from '../dfns-people.js';
import { otherThan } from '../navixy-client.js';
import { PASSWORD, type TestApp } from '../test-app.js';
import { SoftwareKey } from '../software-authenticator.js';
import { WachtClient } from '../wacht-client.js';
import { mailedLink } from '../ways-in.js';
import { YatClient } from '../yat-client.js';
import { type Scenario, type Spending, type Stage, times } from './stage.js';

const TRIES = 5;
const NEW = 'gelbe Kanne im Schnee 7';
const wrong = (app: TestApp, email: string) => new YatClient(app).signIn(email, 'no such password');
const refused = async (app: TestApp, email: string) =>
  (await new YatClient(app).signIn(email)).status === 429;

async function passwordNetwork(stage: Stage): Promise<Spending> {
  const [here, there] = [await stage.elsewhere(), await stage.elsewhere()];
  const { email } = await stage.person();
  return {
    spend: async () => (await times(TRIES + 1, () => wrong(here, email))).status === 429,
    isLost: () => refused(here, email),
    enter: async () => {
      await times(TRIES + 1, () => wrong(here, email));
      const elsewhere = await stage.isIn('a yat password', email, there);
      const byMail = await stage.isIn('a yat magic link', email, here);
      return elsewhere && byMail && (await stage.isIn('a yat password', email, here));
    },
  };
}

async function passwordHourly(stage: Stage): Promise<Spending> {
  const home = await stage.elsewhere();
  const { email } = await stage.person();
  const guarded = await stage.person({ secondFactor: 'email' });
  const spendAt = async (who: string) => {
    const strangers = await Promise.all(Array.from({ length: 5 }, () => stage.elsewhere()));
    return times(21, (index) => wrong(strangers[index % 5] as TestApp, who));
  };
  return {
    spend: async () => (await spendAt(email)).status === 429 && (await spendAt(guarded.email)).status === 429,
    isLost: async () => (await refused(home, email)) && (await refused(home, guarded.email)),
    enter: async () => {
      const byMail = await stage.isIn('a yat magic link', email, home);
      const lifted = await stage.isIn('a yat password', email, home);
      // Where the mailbox is the second factor, its link opens nothing, but lifts the lock.
      const link = await stage.isIn('a yat magic link', guarded.email, home);
      const { requires_2fa } = (await new YatClient(home).signIn(guarded.email)).body;
      return byMail && lifted && !link && requires_2fa === 'Email';
    },
  };
}

/** Wrong codes in the name of somebody, each attempt in a browser of its own; the last answer. */
async function wrongCodes(stage: Stage, identifier: { email: string } | { phone_number: string }) {
  const [to, method] =
    'email' in identifier
      ? ([identifier.email, 'email'] as const)
      : ([identifier.phone_number, 'sms'] as const);
  const strategy = method === 'email' ? 'email_otp' : 'phone_otp';
  let last = 0;
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const browser = new WachtClient(await stage.elsewhere());
    const { id } = await browser.signIn({ strategy, ...identifier });
    await browser.prepare(id, method);
    const bad = otherThan(await stage.app.mailbox.code(to, attempt + 1));
    last = (await times(TRIES + Number(attempt === 3), () => browser.verify(id, bad))).status;
  }
  return last;
}

async function firstGuesses(stage: Stage): Promise<Spending> {
  const home = await stage.elsewhere();
  const { email } = await stage.person();
  const phone = '+4915112398701';
  await stage.person({ phone, email: undefined });
  return {
    spend: async () =>
      (await wrongCodes(stage, { email })) === 429 &&
      (await wrongCodes(stage, { phone_number: phone })) === 429,
    isLost: async () => {
      const client = new WachtClient(home);
      const { id, code } = await client.begun(email);
      return (await client.verify(id, code)).status === 429;
    },
    enter: async () => {
      const byPhone = new WachtClient(home);
      await byPhone.signIn({ strategy: 'plain_username', username: phone, password: PASSWORD });
      return (
        (await stage.isIn('a yat magic link', email, home)) &&
        (await byPhone.session()).body.session.signins.length === 1
      );
    },
  };
}

async function signUpGuesses(stage: Stage): Promise<Spending> {
  const home = new WachtClient(await stage.elsewhere());
  const email = 'newcomer@example.com';
  const begun = async (browser: WachtClient) => {
    const { id } = await browser.signUp({ email, password: NEW });
    const before = stage.app.mailbox.count(email);
    await browser.prepareSignUp(id);
    return { id, code: await stage.app.mailbox.code(email, before + 1) };
  };
  return {
    spend: async () => {
      let last = 0;
      for (let attempt = 0; attempt < 4; attempt += 1) {
        const browser = new WachtClient(await stage.elsewhere());
        const { id, code } = await begun(browser);
        last = (await times(TRIES + 1, () => browser.verifySignUp(id, otherThan(code)))).status;
      }
      return last === 429;
    },
    isLost: async () => {
      const { id, code } = await begun(home);
      await home.verifySignUp(id, otherThan(code));
      return (await home.verifySignUp(id, code)).status === 429;
    },
    enter: async () => {
      const again = new WachtClient(await stage.elsewhere());
      const { id, code } = await begun(again);
      return (await again.verifySignUp(id, code)).status === 200;
    },
  };
}

async function secondGuesses(stage: Stage): Promise<Spending> {
  const [thief, home] = [new YatClient(await stage.elsewhere()), new YatClient(await stage.elsewhere())];
  const { email, otpauthUri = '' } = await stage.person({ secondFactor: 'totp' });
  const authenticator = new Authenticator(stage.app, otpauthUri);
  const signIn = async () => {
    stage.app.clock.advanceSeconds(30);
    const { refresh_token } = (await home.signIn(email)).body;
    return home.confirm(refresh_token, authenticator.code());
  };
  let { refresh_token } = (await signIn()).body;
  return {
    spend: async () => {
      for (let attempt = 0; attempt < 4; attempt += 1) {
        const pending = (await thief.signIn(email)).body.refresh_token;
        await times(TRIES, () => thief.confirm(pending, otherThan(authenticator.code())));
      }
      return true;
    },
    isLost: async () => (await signIn()).status === 401,
    enter: async () => {
      const kept = await home.refresh(refresh_token);
      refresh_token = kept.body.refresh_token;
      const account = await stage.app.nest.get(AccountsService).find(email);
      await stage.app.nest.get(AccountStateService).unlock(stage.app.operatorCall(), account);
      return kept.status === 200 && (await signIn()).status === 200;
    },
  };
}

async function codeTries(stage: Stage): Promise<Spending> {
  const [stranger, home] = [new YatClient(await stage.elsewhere()), new YatClient(await stage.elsewhere())];
  const { email } = await stage.person();
  await home.post('/auth/magic_link', { email });
  const { text } = await stage.app.mailbox.newest(email);
  const code = await stage.app.mailbox.code(email);
  const token = /magic-link\?token=([\w-]+)/.exec(text)?.[1];
  const tryAs = (client: YatClient, tried: string) =>
    client.post('/auth/magic_link/token', { email, code: tried });
  return {
    spend: async () => {
      await times(TRIES, () => tryAs(stranger, otherThan(code)));
      return (await tryAs(stranger, code)).status === 401;
    },
    isLost: async () => (await tryAs(home, code)).status === 401,
    enter: async () => (await home.post('/auth/magic_link/token', { token })).status === 200,
  };
}

async function challengeTries(stage: Stage): Promise<Spending> {
  const [stranger, home] = [new DfnsClient(await stage.elsewhere()), new DfnsClient(await stage.elsewhere())];
  const people = new DfnsPeople(stage.app, home);
  const member = await people.registered(await stage.person({ orgId: ORG }));
  const own = await people.loginChallenge(member.email);
  const theirs = new DfnsPeople(stage.app, stranger);
  const answer = (to: typeof own, client: DfnsClient, key = member.key) =>
    client.post('/auth/login', {
      challengeIdentifier: to.challengeIdentifier,
      firstFactor: key.firstFactor(to.challenge),
    });
  return {
    spend: async () => {
      const challenge = await theirs.loginChallenge(member.email);
      const other = { ...challenge, challenge: own.challenge };
      await times(TRIES, () => answer(other, stranger));
      return (await answer(challenge, stranger)).status === 401;
    },
    enter: async () => (await answer(own, home)).status === 200,
  };
}

async function accountKeys(stage: Stage): Promise<Spending> {
  const client = new DfnsClient(await stage.elsewhere());
  const people = new DfnsPeople(stage.app, client);
  const [other, owner] = [
    await people.registered(await stage.person({ orgId: ORG })),
    await people.registered(await stage.person({ orgId: ORG })),
  ];
  const add = async (member: typeof owner, app: TestApp) => {
    const near = new DfnsClient(app);
    const token = String((await new DfnsPeople(stage.app, near).login(member)).body.token);
    return new DfnsNewKeys(near, token, member.key).add(new SoftwareKey());
  };
  return {
    // A registration has brought two.
    spend: async () => {
      for (let count = 2; count < 20; count += 1) await add(other, await stage.elsewhere());
      return (await add(other, await stage.elsewhere())).status === 400;
    },
    enter: async () =>
      (await people.login(other)).status === 200 &&
      (await add(owner, await stage.elsewhere())).status === 200,
  };
}

async function longCodeTries(stage: Stage): Promise<Spending> {
  const [stranger, home] = [new DfnsClient(await stage.elsewhere()), new DfnsClient(await stage.elsewhere())];
  const people = new DfnsPeople(stage.app, home);
  const { email, recoveryKey } = await people.registered(await stage.person({ orgId: ORG }));
  const code = await home.mailedCode(email);
  return {
    spend: async () =>
      (await times(25, () => stranger.recoveryInit(email, otherCodeThan(code), recoveryKey.credId)))
        .status === 401,
    enter: async () => (await home.recoveryInit(email, code, recoveryKey.credId)).status === 200,
  };
}

async function linkUses(stage: Stage): Promise<Spending> {
  const [stranger, home] = [await stage.elsewhere(), await stage.elsewhere()];
  const { email } = await stage.person();
  const token = await mailedLink(home, email);
  const use = (app: TestApp, link: string) =>
    new YatClient(app).post('/auth/magic_link/token', { token: link });
  return {
    spend: async () =>
      (await times(25, (index) => use(stranger, `${index}`.padStart(22, 'x')))).status === 401,
    enter: async () => (await use(home, token)).status === 200,
  };
}

export const GUESS_SCENARIOS = {
  passwordNetwork,
  passwordHourly,
  firstGuesses,
  signUpGuesses,
  secondGuesses,
  codeTries,
  challengeTries,
  accountKeys,
  longCodeTries,
  linkUses,
} satisfies Record<string, Scenario>;
