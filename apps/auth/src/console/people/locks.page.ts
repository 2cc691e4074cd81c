import { markup, type Markup, type Speech } from '@app/pages';
import { postForm } from '../shell/post-form.js';
import type { Visit } from '../shell/visit.js';
import type { Person } from './person.js';

/** What keeps somebody out, and the button that lifts all of it. */
export function lockList(visit: Visit, { account, state }: Person): Markup {
  const { speech } = visit;
  const locks = sentencesOf(speech, state);
  if (!locks.length) return markup`<p>${speech.say('console.no_locks')}</p>`;
  const items = locks.map(
    (lock) => markup`<li>${lock}</li>
`,
  );
  return markup`<ul>
${items}</ul>
${postForm(visit, `/accounts/${account.id}/unlock`, speech.say('console.unlock'), { kind: 'primary' })}`;
}

function sentencesOf(speech: Speech, state: Person['state']): string[] {
  const { passwordLockedUntil, codesRefusedUntil, guardedUntil, suppressed } = state;
  const until = (at: Date) => ({ time: speech.time(at.toISOString()) });
  return [
    ...(passwordLockedUntil ? [speech.say('console.lock_password', until(passwordLockedUntil))] : []),
    ...(codesRefusedUntil ? [speech.say('console.lock_codes', until(codesRefusedUntil))] : []),
    ...(guardedUntil ? [speech.say('console.lock_guard', until(guardedUntil))] : []),
    ...suppressed.map(({ address, since }) =>
      speech.say('console.lock_suppressed', { address, ...until(since) }),
    ),
  ];
}
