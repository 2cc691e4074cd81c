import { PASSWORD } from '../../support/test-app.js';
import { isFine, isOpen, type Answer } from './person.js';
import type { Scenario } from './scenario.js';

const BASE = '/api/2.0/authentication';
const isGood = ({ body }: Answer) => body?.response === true;

/** Password, token; then perhaps its end. */
export const docspace: Scenario = async (person) => {
  const body = { userName: person.email, password: PASSWORD };
  const answer = await person.call('docspace', BASE, { body });
  if (isFine(answer) || isOpen(answer))
    person.journal.tell(answer, { kind: 'redeemed', code: `${person.email} password`, sure: isFine(answer) });
  if (!isFine(answer)) return undefined;
  const session = `docspace of ${person.email}`;
  const headers = { Authorization: answer.body.response.token as string };
  person.begun(session, answer);
  const look = () =>
    person.look(session, () => person.call('docspace', BASE, { method: 'GET', headers }), isGood);
  await look();
  if (person.chance.in(50))
    await person.end(session, () => person.call('docspace', `${BASE}/logout`, { headers }));
  return look;
};
