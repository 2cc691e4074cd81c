import { Authenticator } from '../authenticator.js';
import { ORG } from '../dfns-people.js';
import { SoftwareKey } from '../software-authenticator.js';
import { PASSWORD } from '../test-app.js';
import { isTexted } from './credentials.js';
import { magicLinkOf } from './open.js';
import { identityCall, type Subject } from './person.js';
import type { Sample } from './sample.js';
import type { World } from './world.js';

// Those who cannot have everything: without a key, without a proven mailbox, with a phone for texts alone.

/** Somebody who has no key yet, and may have the first one by mail. */
export async function newcomer(world: World): Promise<Subject> {
  const { people, dfns, yat } = world;
  const { email } = await people.newcomer();
  const token = (await yat.signIn(email)).body.access_token;
  const ticket = await people.registrationChallenge(email);
  const member = { username: email, orgId: ORG };
  world.tick();
  const before = world.app.mailbox.count(email);
  await dfns.call('PUT', '/auth/registration/code', member);
  const registrationCode = await dfns.codeIn(email, before + 1);
  const init = () => dfns.post('/auth/registration/init', { ...member, registrationCode });
  const samples: Sample[] = [
    { thing: 'registration', what: 'by mail', isAlive: async () => (await init()).status === 200 },
    {
      thing: 'registration_proof',
      what: 'of a code',
      isAlive: async () => (await register(world, ticket)).status === 200,
    },
    await contactChange(world, token),
  ];
  return { email, token, password: PASSWORD, samples };
}

/** Another address that waits for its proof: whoever proves it changes the account, so it is tried last. */
async function contactChange(world: World, token: string): Promise<Sample> {
  const email = `wanted-${world.number()}@example.com`;
  const text = await world.mailed(email, () => world.yat.call('PATCH', '/account', { email }, token));
  const link = /confirm-email\?token=([\w-]+)/.exec(text)?.[1] ?? '';
  return {
    thing: 'contact_change',
    what: 'a link to another address',
    isAlive: async () => (await world.press('/confirm-email', { token: link })).status === 200,
  };
}

/** Gives the account its first key. */
async function register(
  { dfns }: World,
  ticket: { challenge: string; temporaryAuthenticationToken: string },
): Promise<{ status: number; key: SoftwareKey }> {
  const key = new SoftwareKey();
  const body = { firstFactorCredential: key.create(ticket.challenge) };
  const { status } = await dfns.post('/auth/registration', body, ticket.temporaryAuthenticationToken);
  return { status, key };
}

/** Somebody whom an operator invites, who has a key and has not proven the mailbox otherwise. */
export async function invited(world: World): Promise<Subject> {
  const { app, people, docspace, dfns } = world;
  const email = `invited-${world.number()}@example.com`;
  const { key: mailed } = await app.invite({ email, orgId: ORG });
  const confirmData = { email, key: mailed, first: true };
  const { key } = await register(world, await people.registrationChallenge(email));
  const jwt = (await people.login({ email, key })).body.token;
  const samples: Sample[] = [
    {
      thing: 'session',
      what: 'dfns',
      isAlive: async () => (await dfns.call('PUT', '/auth/logout', undefined, jwt)).status === 200,
    },
    {
      thing: 'key',
      what: 'registered before',
      isAlive: async () => (await people.login({ email, key })).status === 200,
    },
    {
      thing: 'invitation',
      what: 'by mail',
      closes: 'magic_link',
      isAlive: async () => (await docspace.call('POST', '/authentication', { confirmData })).status === 200,
    },
    // The first proof of a mailbox is an event itself.
    ...(await magicLinkOf(world, email)),
  ];
  return { email, token: '', password: '', invitation: confirmData, samples };
}

/** What somebody registered with an address that they have not proven; an operator has believed them. */
export async function registered(world: World): Promise<Subject> {
  const { app, idp, yat } = world;
  const [number, password] = [world.number(), 'squatters password 1'];
  const [email, alternate_id, phone] = [
    `registered-${number}@example.com`,
    `squatter-${number}`,
    world.phone(),
  ];
  const sub = `sub-of-${email}`;
  idp.people.set(sub, { sub });
  const { body } = await yat.post('/users', { email, password, alternate_id });
  await world.cli('account', 'link', email, 'test', sub);
  await world.cli('account', 'phone', email, phone);
  const given = await world.cli('account', 'second-factor', email, 'totp', '--json');
  const authenticator = new Authenticator(app, (JSON.parse(given) as { otpauthUri: string }).otpauthUri);
  const waiting = (await yat.signIn(email, password)).body;
  const begun = () => yat.signIn(email, password);
  const shown = async () => {
    world.tick(30);
    return (await yat.confirm((await begun()).body.refresh_token, authenticator.code())).status === 200;
  };
  const samples: Sample[] = [
    {
      thing: 'session',
      what: 'yat',
      isAlive: async () => (await yat.account(body.access_token)).status === 200,
    },
    {
      thing: 'refresh_family',
      what: 'yat',
      isAlive: async () => (await yat.refresh(body.refresh_token)).status === 200,
    },
    {
      thing: 'pending_session',
      what: 'waiting with yat',
      isAlive: async () => (await yat.refresh(waiting.refresh_token)).status === 200,
    },
    { thing: 'password', what: 'of before', isAlive: async () => (await begun()).status === 200 },
    { thing: 'authenticator', what: 'of an operator', isAlive: shown },
    {
      thing: 'names',
      what: 'user name',
      isAlive: async () => (await yat.post('/auth/token', { alternate_id, password })).status === 200,
    },
    { thing: 'phone', what: 'of an operator', isAlive: () => isTaken(world, phone) },
    {
      thing: 'identity',
      what: 'of the provider',
      isAlive: async () => (await identityCall(world, { sub })).status !== 401,
    },
    // The first proof of a mailbox is an event itself.
    ...(await magicLinkOf(world, email)),
  ];
  return { email, token: body.access_token, password, samples };
}

/** Somebody with a phone that is there for the codes of a second factor alone. */
export async function texted(world: World): Promise<Subject> {
  const { app, yat } = world;
  const [email, phone] = [`texted-${world.number()}@example.com`, world.phone()];
  await app.createAccount({ email, secondFactor: 'none' });
  const token = (await yat.signIn(email)).body.access_token;
  await yat.post('/account/2fa/enable', { provider: 'SMS', phone }, token);
  await yat.post('/account/2fa/confirm', { code: await app.mailbox.code(phone) }, token);
  const samples: Sample[] = [
    { thing: 'phone', what: 'for texts alone', signsIn: false, isAlive: () => isTaken(world, phone) },
  ];
  return { email, token, password: PASSWORD, samples };
}

/** Whether an account has the number; another one is given it, if not. */
async function isTaken(world: World, phone: string): Promise<boolean> {
  if (await isTexted(world, phone)) return true;
  const other = { username: `next-${world.number()}`, phone, secondFactor: 'none' as const };
  return world.app.createAccount(other).then(
    () => false,
    () => true,
  );
}
