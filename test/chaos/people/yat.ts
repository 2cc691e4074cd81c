import { createHash } from 'node:crypto';
import { PASSWORD } from '../../support/test-app.js';
import { isFine, isOpen, type Answer, type Person } from './person.js';
import type { Scenario } from './scenario.js';

const LINK = /magic-link\?token=([\w-]+)/;
/** Of the 60 s of the grace, what is left for an answer to arrive. */
const GRACE_MS = 45_000;

const nameOf = (token: string) => createHash('sha256').update(token).digest('hex').slice(0, 12);

/** One session that lives by refresh tokens. */
class Chain {
  /** Undefined: nobody knows which token is good, so nothing can be said of the session. */
  private token: string | undefined;
  private access: string;

  constructor(
    private readonly person: Person,
    private readonly session: string,
    answer: Answer,
  ) {
    this.token = answer.body.refresh_token as string;
    this.access = answer.body.access_token as string;
    person.begun(session, answer);
  }

  /** Presents the token, sometimes twice at once, and again after a lost answer, as clients do. */
  async turn(): Promise<void> {
    const { token, person, session } = this;
    if (!token) return;
    const since = Date.now();
    for (let answer: Answer | undefined; !answer;) {
      const answers = await Promise.all(
        Array.from({ length: person.chance.in(30) ? 2 : 1 }, () => this.refresh(token)),
      );
      for (const each of answers.filter(isFine)) this.noteTurn(token, each);
      answer = answers.find(isFine) ?? answers.find((each) => !isOpen(each) && each.status !== 429);
      if (answer && isFine(answer)) this.keep(answer);
      // The service looks at the grace when a call arrives: one that comes later is a replay.
      else if (Date.now() - since > GRACE_MS) return this.giveUp(answers[0] as Answer);
      if (answer) person.journal.tell(answer, { kind: 'seen', session, good: isFine(answer) });
    }
  }

  account(): Promise<Answer> {
    return this.person.call('yat', '/account', { method: 'GET', headers: this.headers });
  }

  logout(): Promise<Answer> {
    return this.person.call('yat', '/logout', { headers: this.headers });
  }

  private get headers() {
    return { Authorization: `Bearer ${this.access}` };
  }

  private refresh(token: string): Promise<Answer> {
    return this.person.call('yat', '/auth/token/refresh', { body: { refresh_token: token } });
  }

  private keep({ body }: Answer): void {
    this.token = body.refresh_token as string;
    this.access = body.access_token as string;
  }

  private noteTurn(token: string, answer: Answer): void {
    const successor = nameOf(answer.body.refresh_token as string);
    this.person.journal.tell(answer, {
      kind: 'turned',
      session: this.session,
      token: nameOf(token),
      successor,
    });
  }

  private giveUp(answer: Answer): void {
    this.token = undefined;
    this.person.journal.tell(answer, { kind: 'ended', session: this.session, sure: false });
  }
}

async function lived(person: Person, session: string, answer: Answer): Promise<() => Promise<void>> {
  const chain = new Chain(person, session, answer);
  await person.look(session, () => chain.account());
  for (let turns = 0; turns < 4; turns += 1) await chain.turn();
  if (person.chance.in(40)) await person.end(session, () => chain.logout());
  return () => chain.turn();
}

/** Password, and a family of refresh tokens. */
export const yatPassword: Scenario = async (person) => {
  const body = { email: person.email, password: PASSWORD };
  const answer = await person.call('yat', '/auth/token', { body });
  if (isFine(answer) || isOpen(answer))
    person.journal.tell(answer, { kind: 'redeemed', code: `${person.email} password`, sure: isFine(answer) });
  return isFine(answer) ? lived(person, `yat of ${person.email}`, answer) : undefined;
};

/** A mailed link, and the same. */
export const yatLink: Scenario = async (person) => {
  const ask = () => person.call('yat', '/auth/magic_link', { body: { email: person.email } });
  const { found } = await person.mailed(1, LINK, ask);
  if (!found) return undefined;
  const exchange = () => person.call('yat', '/auth/magic_link/token', { body: { token: found } });
  const accepted = await person.redeem(nameOf(found), exchange);
  return accepted && lived(person, `yat link of ${person.email}`, accepted);
};
