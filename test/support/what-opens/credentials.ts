import { sql } from '@app/database';
import { freshCode, identityCall, type Person } from './person.js';
import type { Sample } from './sample.js';
import { otp } from './sessions.js';
import type { World } from './world.js';

/** What the account has. Whatever is tried with a password is tried with the one of now, and at the address of now. */
export function credentialsOf(world: World, person: Person): Sample[] {
  const { navixy } = world;
  const { username, password } = person;
  const begins = async (login: string, word: string) => (await navixy.signIn(login, word)).status === 200;
  return [
    { thing: 'password', what: 'of before', isAlive: () => begins(person.email, password) },
    { thing: 'names', what: 'user name', isAlive: () => begins(username, person.password) },
    {
      thing: 'identity',
      what: 'of the provider',
      isAlive: async () => (await identityCall(world, person)).status === 200,
    },
    { thing: 'phone', what: 'of before', signsIn: true, isAlive: () => isTexted(world, person.phone) },
    ...ofFactor(world, person),
    { thing: 'key', what: 'of before', closes: 'login_proof', isAlive: () => opens(world, person) },
  ];
}

/** Whether a code for signing in is texted to it. */
export async function isTexted(world: World, phone: string): Promise<boolean> {
  world.tick();
  const client = world.wacht();
  const { id } = await client.signIn({ strategy: 'phone_otp', phone_number: phone });
  const texts = async () =>
    (await world.app.rows(sql`SELECT FROM messages WHERE recipient = ${phone}`)).length;
  const before = await texts();
  await client.prepare(id, 'sms');
  return (await texts()) > before;
}

function ofFactor(world: World, person: Person): Sample[] {
  const { navixy, yat } = world;
  const { authenticator, backupCodes } = person;
  if (!authenticator) return [];
  return [
    {
      thing: 'authenticator',
      what: 'of before',
      closes: 'second_factor',
      isAlive: async () => {
        const { hash, type } = (await navixy.signIn(person.email, person.password)).body;
        const code = freshCode(world, authenticator);
        return type === 'second_factor_required' && (await navixy.verify(hash, code)).status === 200;
      },
    },
    {
      thing: 'backup_codes',
      what: 'of before',
      closes: 'second_factor',
      isAlive: async () => {
        const { refresh_token } = (await yat.signIn(person.email, person.password)).body;
        return (await yat.confirm(refresh_token, backupCodes[0] as string)).status === 200;
      },
    },
  ];
}

/** Whether a login is to be signed by the key, and is done by it and the second factor of now. */
async function opens(world: World, person: Person): Promise<boolean> {
  const { dfns } = world;
  const { email, key, authenticator, texts } = person;
  world.tick();
  const loginCode = texts && (await dfns.mailedCode(email, texts, '/auth/login/code'));
  const { body } = await dfns.post('/auth/login/init', { username: email, loginCode });
  const { challenge, challengeIdentifier, allowCredentials } = body as unknown as Init;
  const asked = Object.values(allowCredentials ?? {}).flat();
  if (!asked.some(({ id }) => id === key.credId)) return false;
  // No key signs in before the factor that its owner has asked for is set up.
  if (person.awaitsSetUp) return true;
  const secondFactor = otp(authenticator && freshCode(world, authenticator));
  const firstFactor = key.firstFactor(challenge);
  return (await dfns.post('/auth/login', { challengeIdentifier, firstFactor, secondFactor })).status === 200;
}

interface Init {
  challenge: string;
  challengeIdentifier: string;
  allowCredentials: Record<string, { id: string }[]>;
}
