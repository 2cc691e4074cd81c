import { isFine, type Answer, type Person, type Question } from './person.js';
import type { Scenario } from './scenario.js';

const CODE = /\b\d{6}\b/;
const isSignedIn = ({ body }: Answer) => (body?.session?.signins?.length ?? 0) > 0;

/** A browser: sends the cookie that it was given last. */
class Browser {
  cookie: string | undefined;

  constructor(private readonly person: Person) {}

  async call(path: string, question: Question = {}): Promise<Answer> {
    const answer = await this.person.call('wacht', path, {
      ...question,
      headers: this.cookie ? { Cookie: this.cookie } : {},
    });
    const [cookie] = answer.headers.getSetCookie().slice(-1);
    if (cookie && isFine(answer)) this.cookie = cookie.split(';')[0];
    return answer;
  }
}

/** Mailed code in a browser; then perhaps the sign-out. */
export const wacht: Scenario = async (person) => {
  const browser = new Browser(person);
  const { email } = person;
  if (!isFine(await browser.call('/session', { method: 'GET' }))) return undefined;
  const begun = await browser.call('/auth/signin', { body: { strategy: 'email_otp', email } });
  const id = begun.body?.session?.signin_attempts?.at(-1)?.id as string | undefined;
  if (!isFine(begun) || !id) return undefined;
  const prepare = () =>
    browser.call('/auth/prepare-verification', { body: { signin_attempt_id: id, method: 'email' } });
  const { found } = await person.mailed(1, CODE, prepare);
  if (!found) return undefined;
  const verify = () =>
    browser.call('/auth/attempt-verification', { body: { signin_attempt_id: id, code: found } });
  const accepted = await person.redeem(found, verify);
  if (!accepted) return undefined;
  const session = `wacht of ${email}`;
  person.begun(session, accepted);
  const look = () => person.look(session, () => browser.call('/session', { method: 'GET' }), isSignedIn);
  await look();
  if (person.chance.in(50)) await person.end(session, () => browser.call('/session/sign-out'));
  return look;
};
