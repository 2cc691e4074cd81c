import { Authenticator } from '../authenticator.js';
import type { Member } from '../dfns-people.js';
import { PASSWORD } from '../test-app.js';
import type { Sample } from './sample.js';
import type { World } from './world.js';

/** Somebody with an account and everything that opens it. What an event changes of them, its door writes down here. */
export interface Person extends Member {
  username: string;
  phone: string;
  /** At the identity provider. */
  sub: string;
  password: string;
  /** Their own session with yat, which does what an owner does. */
  token: string;
  /** The authenticator that signing in asks for, and the backup codes that came with it. */
  authenticator?: Authenticator;
  backupCodes: string[];
  /** Where the codes of the second factor are texted. */
  texts?: string;
  /** Whether the second factor that they asked for is not there yet. */
  awaitsSetUp?: boolean;
  /** Of their sessions. */
  docspaceToken: string;
  yatToken: string;
  refreshToken: string;
  /** How they sign out of a session, by the name of its sample. */
  leave: Record<string, () => Promise<unknown>>;
  /** In the order in which they are tried. */
  samples: Sample[];
}

/** Somebody to whom an event happens, and what an event has to know of them. */
export type Subject = Pick<Person, 'email' | 'password' | 'token' | 'samples'> &
  Partial<Person> & { invitation?: object };

/** Somebody with every name and key there is; `guarded`: with an authenticator, too. */
export async function person(world: World, guarded: boolean): Promise<Person> {
  const { app, people, idp, yat } = world;
  const names = { phone: world.phone(), username: `person-${world.number()}` };
  const member = await people.member(names);
  const sub = `sub-of-${member.email}`;
  idp.people.set(sub, { sub, email: member.email, email_verified: true });
  const token = (await yat.signIn(member.email)).body.access_token;
  const empty = { password: PASSWORD, backupCodes: [], samples: [] };
  const sessions = { docspaceToken: '', yatToken: '', refreshToken: '', leave: {} };
  const made: Person = { ...member, ...names, ...empty, ...sessions, sub, token };
  await identityCall(world, made);
  if (guarded) {
    const { body } = await yat.post('/account/2fa/enable', { provider: 'GoogleAuthenticator' }, token);
    made.authenticator = new Authenticator(app, body.ga_secret as string);
    made.backupCodes = body.backup_codes as string[];
    await yat.post('/account/2fa/confirm', { code: made.authenticator.code() }, token);
  }
  return made;
}

/** A sign-in by the identity provider, which links the identity when it comes for the first time. */
export async function identityCall({ app, docspace, idp }: World, { sub }: Pick<Person, 'sub'>) {
  const serializedProfile = await idp.idToken(sub, app.clock.now());
  return docspace.call('POST', '/authentication', { provider: 'test', serializedProfile });
}

/** A code of the authenticator that has not been used. */
export function freshCode(world: World, authenticator: Authenticator): string {
  world.tick(30);
  return authenticator.code();
}
