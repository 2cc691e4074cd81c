import { freshCode, type Person } from './person.js';
import type { Sample } from './sample.js';
import type { World } from './world.js';

/** A session of every protocol; of somebody with an authenticator, proven by it. */
export async function sessionsOf(world: World, person: Person): Promise<Sample[]> {
  const { navixy, docspace, dfns, people } = world;
  const { email, authenticator } = person;
  const code = () => authenticator && freshCode(world, authenticator);
  const provenBy = authenticator && 'otp';
  const first = (await navixy.signIn(email)).body.hash;
  const hash = authenticator ? (await navixy.verify(first, code() ?? '')).body.hash : first;
  const entered = authenticator ? docspace.verify(email, code() ?? '') : docspace.signIn(email);
  person.docspaceToken = String((await entered).body.response['token']);
  const wacht = world.wacht();
  await wacht.session();
  const { id } = await wacht.signInWithPassword(email);
  if (authenticator) await wacht.verify(id, code() ?? '');
  const jwt = (await people.login(person, otp(code()))).body.token;
  const dfnsLogout = () => dfns.call('PUT', '/auth/logout', undefined, jwt);
  Object.assign(person.leave, {
    navixy: () => navixy.post('/user/logout', undefined, hash),
    docspace: () => docspace.authorized('POST', '/authentication/logout', person.docspaceToken),
    wacht: () => wacht.post('/session/sign-out'),
    dfns: dfnsLogout,
  });
  return [
    ...(await ofYat(world, person)),
    {
      thing: 'session',
      what: 'navixy',
      provenBy,
      isAlive: async () => (await navixy.post('/user/get_info', undefined, hash)).status === 200,
    },
    {
      thing: 'session',
      what: 'docspace',
      provenBy,
      isAlive: () => docspace.isGood({ Authorization: person.docspaceToken }),
    },
    {
      thing: 'session',
      what: 'wacht',
      provenBy,
      isAlive: async () => (await wacht.session()).body.session.signins.length > 0,
    },
    {
      thing: 'session',
      what: 'dfns',
      provenBy,
      isAlive: async () => (await dfnsLogout()).status === 200,
    },
  ];
}

/** What a login with a key shows beside it. */
export const otp = (otpCode: string | undefined) => (otpCode ? { kind: 'Totp', otpCode } : undefined);

async function ofYat(world: World, person: Person): Promise<Sample[]> {
  const { yat } = world;
  const { email, authenticator, token } = person;
  const provenBy = authenticator && 'otp';
  const signedIn = async () => {
    const first = (await yat.signIn(email)).body;
    return authenticator
      ? (await yat.confirm(first.refresh_token, freshCode(world, authenticator))).body
      : first;
  };
  person.yatToken = (await signedIn()).access_token;
  person.refreshToken = (await signedIn()).refresh_token;
  const isGood = async (access: string) => (await yat.account(access)).status === 200;
  const change = () => yat.call('PATCH', '/account', { first_name: 'Vera' }, person.yatToken);
  return [
    { thing: 'session', what: 'own', provenBy, isAlive: () => isGood(token) },
    { thing: 'session', what: 'yat', provenBy, isAlive: () => isGood(person.yatToken) },
    { thing: 'access_token', what: 'yat', provenBy, isAlive: async () => (await change()).status === 200 },
    {
      thing: 'refresh_family',
      what: 'refreshed',
      provenBy,
      isAlive: async () => (await yat.refresh(person.refreshToken)).status === 200,
    },
  ];
}

/** Sign-ins that wait for the authenticator. The one of navixy has one attempt, which a success elsewhere closes. */
export async function pendingOf(world: World, person: Person): Promise<Sample[]> {
  const { navixy, docspace, yat } = world;
  const { email, authenticator } = person;
  if (!authenticator) return [];
  const { hash } = (await navixy.signIn(email)).body;
  const step = new URL(String((await docspace.signIn(email)).body.response['confirmUrl']));
  const confirm = `key=${step.searchParams.get('key')}`;
  const wacht = world.wacht();
  await wacht.session();
  const { id } = await wacht.signInWithPassword(email);
  const [waiting, refreshed] = [(await yat.signIn(email)).body, (await yat.signIn(email)).body];
  person.leave['waiting with yat'] = () => yat.post('/logout', undefined, waiting.access_token);
  const code = () => freshCode(world, authenticator);
  const validate = () => docspace.call('POST', '/settings/tfaapp/validate', { code: code() }, { confirm });
  const tries: [string, () => Promise<{ status: number }>][] = [
    ['navixy', () => navixy.verify(hash, code())],
    ['docspace', validate],
    ['wacht', () => wacht.verify(id, code())],
    ['yat', () => yat.confirm(waiting.refresh_token, code())],
  ];
  return [
    ...tries.map(([protocol, attempt]): Sample => ({
      thing: 'pending_session',
      what: `waiting with ${protocol}`,
      closes: 'second_factor',
      ...(protocol === 'navixy' && { isClosedBy: 'second_factor' }),
      isAlive: async () => (await attempt()).status === 200,
    })),
    {
      thing: 'refresh_family',
      what: 'waiting',
      waits: true,
      isAlive: async () => (await yat.refresh(refreshed.refresh_token)).status === 200,
    },
  ];
}
