import { setTimeout as pause } from 'node:timers/promises';
import { PASSWORD } from '../../support/test-app.js';
import { LIMITS } from '../stage/stage.js';
import { isFine, isOpen, type Person } from './person.js';
import { verify } from './navixy.js';

const CODE = /\b\d{6}\b/;
const TRIES = 5;
const WRONG = 282;

/**
 * Spends the budget with the tries of one code after another, at all replicas at once, and then offers a right code. A spent budget is
 * answered like a wrong code: that the right one is refused says that no more are looked at.
 */
export async function guesser(person: Person): Promise<void> {
  const codes = LIMITS.guesses / TRIES;
  for (let count = 1; count <= codes + 1; count += 1) {
    const body = { login: person.email, password: PASSWORD };
    const signIn = () => person.call('navixy', '/user/auth', { body });
    const { answer, found } = await person.mailed(count, CODE, signIn);
    if (!found) return;
    const offered = count > codes ? [found] : othersThan(found);
    const guesses = offered.map((code) => verify(person, answer.body.hash as string, code));
    for (const guess of await Promise.all(guesses)) {
      if (count > codes && (isFine(guess) || isOpen(guess)))
        person.journal.tell(guess, {
          kind: 'redeemed',
          code: `${person.email} ${found}`,
          sure: isFine(guess),
        });
      if (guess.body?.status?.code === WRONG ? count <= codes : isFine(guess))
        person.journal.tell(guess, { kind: 'guessed', subject: person.email });
    }
    await pause(1_100);
  }
}

function othersThan(code: string): string[] {
  return Array.from({ length: TRIES }, (_, n) => String((Number(code) + n + 1) % 1_000_000).padStart(6, '0'));
}

/** Asks for more links than one mailbox is sent. The answer does not say whether there was one. */
export async function greedy(person: Person, goesOn: () => boolean): Promise<void> {
  for (let asks = 0; asks < 2 * LIMITS.sends && goesOn(); asks += 1) {
    person.asked(await person.call('yat', '/auth/magic_link', { body: { email: person.email } }), false);
    await pause(1_100);
  }
}

/** Calls as fast as it is answered, and counts what is not refused for that. */
export async function flood(person: Person, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const answer = await person.call('yat', '/account', { method: 'GET' });
    if (!isOpen(answer) && answer.status !== 429)
      person.journal.tell(answer, { kind: 'counted', address: person.address });
    await pause(20);
  }
}
