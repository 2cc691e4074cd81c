import { PASSWORD } from '../../support/test-app.js';
import type { Person } from './person.js';
import type { Scenario } from './scenario.js';

const CODE = /\b\d{6}\b/;

/** Password, mailed code, session; then perhaps its end. */
export const navixy: Scenario = async (person) => {
  const signIn = () =>
    person.call('navixy', '/user/auth', { body: { login: person.email, password: PASSWORD } });
  const { answer, found } = await person.mailed(1, CODE, signIn);
  if (!found) return undefined;
  const accepted = await person.redeem(found, () => verify(person, answer.body.hash as string, found));
  if (!accepted) return undefined;
  const session = `navixy of ${person.email}`;
  const headers = { Authorization: `NVX ${accepted.body.hash as string}` };
  person.begun(session, accepted);
  const look = () => person.look(session, () => person.call('navixy', '/user/get_info', { headers }));
  await look();
  if (person.chance.in(50))
    await person.end(session, () => person.call('navixy', '/user/logout', { headers }));
  return look;
};

export function verify(person: Person, hash: string, code: string) {
  return person.call('navixy', '/user/auth/code/verify', {
    body: { code },
    headers: { Authorization: `NVX ${hash}` },
  });
}
