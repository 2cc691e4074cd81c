import { Authenticator } from '../authenticator.js';
import { DfnsNewKeys, type KeyChallenge } from '../dfns-new-keys.js';
import { SoftwareKey } from '../software-authenticator.js';
import { freshCode, type Person } from './person.js';
import { once, type Sample } from './sample.js';
import { otp } from './sessions.js';
import { REDIRECT, type World } from './world.js';

const WEAK = 'password1';

/** What is open for somebody with keys; `setUp` is tried last. What is good for a minute is made last and tried first. */
export async function openFor(
  world: World,
  person: Person,
): Promise<{ open: Sample[]; login: Sample[]; setUp: Sample[] }> {
  // Logging in closes the challenges of a login that are open.
  const keys = await ofOwnKeys(world, person);
  const login = [...(await ofLogin(world, person)), ...keys];
  const others = [
    ...(await signIns(world, person.email)),
    ...(await keysByMail(world, person)),
    await signUp(world),
  ];
  const recovery = await ofRecovery(world, person);
  const links = [await exchangeOf(world, person.email), ...(await magicLinkOf(world, person.email))];
  return { open: [...links, ...others, ...recovery], login, setUp: await ofSetUp(world, person) };
}

/** A recovery that waits and its link, then a ticket, then a code. */
async function ofRecovery(world: World, person: Person): Promise<Sample[]> {
  const { dfns, people } = world;
  const { email, recoveryKey } = person;
  world.tick();
  const waiting = await recover(world, person, await people.recoveryChallenge(person));
  world.tick();
  const ticket = await people.recoveryChallenge(person);
  world.tick();
  const code = await dfns.mailedCode(email);
  const isStopped = once(async () => {
    const answer = await world.press(waiting.stopPath, {});
    return (await answer.text()).includes('is stopped');
  });
  const isDone = async () => {
    await world.completeDue();
    return (await people.login({ email, key: waiting.key })).status === 200;
  };
  return [
    {
      thing: 'recovery',
      what: 'by mail',
      isAlive: async () => (await dfns.recoveryInit(email, code, recoveryKey.credId)).status === 200,
    },
    { thing: 'recovery_stop', what: 'by mail', isAlive: isStopped },
    {
      thing: 'pending_recovery',
      what: 'begun before',
      isAlive: async () => (await isStopped()) || (await isDone()),
    },
    {
      thing: 'recovery_proof',
      what: 'of a code',
      isAlive: async () => {
        const { status, stopPath } = await recover(world, person, ticket);
        // Done while the rest is tried, it would end that.
        if (status === 200) await world.press(stopPath, {});
        return status === 200;
      },
    },
  ];
}

/** Gives the account new keys, by the recovery key: at once, or after the delay. */
export async function recover(
  world: World,
  { email, recoveryKey }: Person,
  ticket: { challenge: string; temporaryAuthenticationToken: string },
): Promise<{ status: number; key: SoftwareKey; stopPath: string }> {
  const key = new SoftwareKey();
  const newCredentials = { firstFactorCredential: key.create(ticket.challenge) };
  const body = { recovery: recoveryKey.recover(newCredentials), newCredentials };
  let status = 0;
  const send = async () => {
    const token = ticket.temporaryAuthenticationToken;
    ({ status } = await world.dfns.post('/auth/recover/user', body, token));
    return status === 200;
  };
  const text = await world.mailed(email, send);
  return { status, key, stopPath: /\/auth\/recover\/stop\?token=[\w-]+/.exec(text)?.[0] ?? '' };
}

/** A challenge for a key, and a code that comes before one. */
async function ofLogin(world: World, person: Person): Promise<Sample[]> {
  const { dfns, people } = world;
  const { email, key, authenticator } = person;
  const { challenge, challengeIdentifier } = await people.loginChallenge(email);
  world.tick();
  const loginCode = await dfns.mailedCode(email, email, '/auth/login/code');
  const login = () => {
    const secondFactor = otp(authenticator && freshCode(world, authenticator));
    const firstFactor = key.firstFactor(challenge);
    return dfns.post('/auth/login', { challengeIdentifier, firstFactor, secondFactor });
  };
  const init = () => dfns.post('/auth/login/init', { username: email, loginCode });
  return [
    {
      thing: 'login_proof',
      what: 'of a person',
      isClosedBy: 'login_proof',
      isAlive: async () => (await login()).status === 200,
    },
    {
      thing: 'second_factor',
      what: 'by mail, dfns',
      closes: 'second_factor',
      isClosedBy: 'second_factor',
      isAlive: async () => (await init()).status === 200,
    },
  ];
}

/** What somebody who is logged in has signed, and a code that they have made for a device without a key. */
async function ofOwnKeys(world: World, person: Person): Promise<Sample[]> {
  const { dfns, people } = world;
  const { email, key, authenticator } = person;
  world.tick();
  const secondFactor = otp(authenticator && freshCode(world, authenticator));
  const token = String((await people.login({ email, key }, secondFactor)).body.token);
  const keys = new DfnsNewKeys(dfns, token, key);
  const path = '/auth/credentials/code';
  const payload = JSON.stringify({ expiration: '2099-01-01T00:00:00Z' });
  const { code } = (await keys.make(path, JSON.parse(payload))).body;
  const { body: challenge } = await dfns.post(`${path}/init`, { credentialKind: 'Key', code });
  const offered = keys.offer(new SoftwareKey(), challenge as KeyChallenge);
  const signed = await keys.signed('POST', path, payload);
  return [
    {
      thing: 'user_action',
      what: 'signed by a key',
      isAlive: async () => (await keys.send(path, payload, signed)).status === 200,
    },
    {
      thing: 'credential_code',
      what: 'of a login',
      isAlive: async () => (await dfns.post(`${path}/verify`, offered)).status === 200,
    },
  ];
}

/** The code that a link which was pressed led on with. It closes the links before it. */
async function exchangeOf(world: World, email: string): Promise<Sample> {
  const { token } = await magicLink(world, email, REDIRECT);
  const pressed = await world.press('/magic-link', { token });
  const exchange_code = new URL(pressed.headers.get('location') as string).searchParams.get('code');
  return {
    thing: 'link_exchange',
    what: 'of a redirect',
    isAlive: () => takesTokens(world, { exchange_code }),
  };
}

/** A link, and the code beside it. */
export async function magicLinkOf(world: World, email: string): Promise<Sample[]> {
  const { token, code } = await magicLink(world, email);
  const of = { thing: 'magic_link', closes: 'magic_link', isClosedBy: 'magic_link' } as const;
  return [
    { ...of, what: 'its code', isAlive: () => takesTokens(world, { email, code }) },
    { ...of, what: 'the link', isAlive: () => takesTokens(world, { token }) },
  ];
}

async function magicLink(world: World, email: string, redirect?: string) {
  const text = await world.mailed(email, () => world.yat.post('/auth/magic_link', { email, redirect }));
  const token = /magic-link\?token=([\w-]+)/.exec(text)?.[1] as string;
  return { token, code: /^(\d{6})$/m.exec(text)?.[1] };
}

async function takesTokens({ yat }: World, proof: object): Promise<boolean> {
  return (await yat.post('/auth/magic_link/token', proof)).status === 200;
}

/** A code and a link by mail, in a browser of its own each. */
async function signIns(world: World, email: string): Promise<Sample[]> {
  const [coded, linked] = [world.wacht(), world.wacht()];
  world.tick();
  const { id, code } = await coded.begun(email);
  const link = await linked.signIn({ strategy: 'magic_link', email });
  const text = await world.mailed(email, () => linked.prepare(link.id));
  const token = /(?<!not-me\?)token=([\w-]+)/.exec(text)?.[1] as string;
  const confirm = () =>
    fetch(`${world.app.url}/magic-link`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Cookie: linked.cookie as string },
      body: new URLSearchParams({ token }),
    });
  return [
    {
      thing: 'sign_in',
      what: 'a code by mail',
      closes: 'sign_in',
      isClosedBy: 'sign_in',
      isAlive: async () => (await coded.verify(id, code)).status === 200,
    },
    {
      thing: 'sign_in',
      what: 'a link by mail',
      closes: 'sign_in',
      isClosedBy: 'sign_in',
      isAlive: async () => (await confirm()).status === 200,
    },
  ];
}

/** A reset link, which a weak password leaves as it is, and a key that an operator mailed. */
async function keysByMail(world: World, { email }: Person): Promise<Sample[]> {
  const { app, docspace } = world;
  const token = await resetToken(world, email);
  const { key } = await app.mailKey(email);
  const signIn = () => docspace.call('POST', '/authentication', { confirmData: { email, key } });
  return [
    {
      thing: 'password_reset',
      what: 'by mail',
      isAlive: async () => {
        const { code } = await world.wacht().post('/auth/reset-password', { token, password: WEAK });
        return code === 'WEAK_PASSWORD';
      },
    },
    { thing: 'sign_in_key', what: 'by mail', isAlive: async () => (await signIn()).status === 200 },
  ];
}

/** The token of a link for a new password. */
export async function resetToken(world: World, email: string): Promise<string> {
  const text = await world.mailed(email, () => world.wacht().post('/auth/forgot-password', { email }));
  return /(?<!not-me\?)token=([\w-]+)/.exec(text)?.[1] as string;
}

/** Of somebody who has no account. */
async function signUp(world: World): Promise<Sample> {
  const email = `sign-up-${world.number()}@example.com`;
  const client = world.wacht();
  const { id } = await client.signUp({ email, password: 'gelbe Kanne im Schnee 7' });
  await client.prepareSignUp(id);
  const code = await world.app.mailbox.code(email);
  return {
    thing: 'sign_up',
    what: 'of another address',
    isAlive: async () => (await client.verifySignUp(id, code)).status === 200,
  };
}

/** An authenticator that its owner has not shown yet: whoever shows it changes the account, so it is tried last. */
async function ofSetUp(world: World, { token }: Person): Promise<Sample[]> {
  const { yat, app } = world;
  const { body } = await yat.post('/account/2fa/enable', { provider: 'GoogleAuthenticator' }, token);
  const shown = new Authenticator(app, body.ga_secret as string);
  const isConfirmed = once(async () => {
    const answer = await yat.post('/account/2fa/confirm', { code: freshCode(world, shown) }, token);
    return answer.status === 200;
  });
  return [
    { thing: 'factor_setup', what: 'its code', isAlive: isConfirmed },
    { thing: 'set_up', what: 'of an authenticator', isAlive: isConfirmed },
  ];
}
