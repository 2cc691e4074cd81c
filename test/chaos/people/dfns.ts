import { ORG } from '../../support/dfns-people.js';
import { SoftwareKey } from '../../support/software-authenticator.js';
import { isFine, isOpen, type Answer, type Person } from './person.js';
import type { Scenario } from './scenario.js';

const LONG_CODE = /\b\d{4}(?:-\d{4}){3}\b/;

/** A mailed registration code, keys, a login by key, and its end. */
export const dfns: Scenario = async (person) => {
  const key = new SoftwareKey('Key');
  if (!(await registered(person, key))) return undefined;
  const login = await loggedIn(person, key);
  if (!login) return undefined;
  const session = `dfns of ${person.email}`;
  person.begun(session, login);
  const headers = { Authorization: `Bearer ${login.body.token as string}` };
  const logout = () => person.call('dfns', '/auth/logout', { method: 'PUT', headers });
  // The one call that says whether the session is good ends it: what it is told once, it must not be told again.
  const answer = await logout();
  if (!isOpen(answer)) person.journal.tell(answer, { kind: 'seen', session, good: isFine(answer) });
  person.journal.tell(answer, { kind: 'ended', session, sure: isFine(answer) });
  return () => person.look(session, logout);
};

async function registered(person: Person, key: SoftwareKey): Promise<boolean> {
  const username = person.email;
  const ask = () =>
    person.call('dfns', '/auth/registration/code', { method: 'PUT', body: { username, orgId: ORG } });
  const { found } = await person.mailed(1, LONG_CODE, ask);
  if (!found) return false;
  const body = { username, orgId: ORG, registrationCode: found };
  const init = await person.redeem(found, () => person.call('dfns', '/auth/registration/init', { body }));
  if (!init) return false;
  const { challenge, temporaryAuthenticationToken: ticket } = init.body as Record<string, string>;
  const proof = {
    firstFactorCredential: key.create(String(challenge)),
    recoveryCredential: {
      ...new SoftwareKey('RecoveryKey', 'EdDSA').create(String(challenge)),
      encryptedPrivateKey: 'sealed by the owner',
    },
  };
  const headers = { Authorization: `Bearer ${ticket}` };
  const register = async () => {
    const answer = await person.call('dfns', '/auth/registration', { body: proof, headers });
    // The owner is told of the first keys.
    person.asked(answer);
    return answer;
  };
  return (await person.redeem('registration', register)) !== undefined;
}

async function loggedIn(person: Person, key: SoftwareKey): Promise<Answer | undefined> {
  const begun = await person.call('dfns', '/auth/login/init', { body: { username: person.email } });
  if (!isFine(begun)) return undefined;
  const { challenge, challengeIdentifier } = begun.body as Record<string, string>;
  const body = { challengeIdentifier, firstFactor: key.firstFactor(String(challenge)) };
  return person.redeem('login', () => person.call('dfns', '/auth/login', { body }));
}
