import type { AttackCase } from './case.js';
import type { Answer, Target } from './target.js';

const WRONG = 'not the password of anybody';

/** What a stranger asks in somebody's name. */
const QUESTIONS: Record<string, (who: string) => [path: string, body: object]> = {
  'a wrong password (navixy)': (login) => ['/user/auth', { login, password: WRONG }],
  'a wrong password (docspace)': (userName) => ['/api/2.0/authentication', { userName, password: WRONG }],
  'a wrong password (yat)': (email) => ['/auth/token', { email, password: WRONG }],
  'a wrong password (wacht)': (email) => [
    '/auth/signin',
    { strategy: 'plain_email', email, password: WRONG },
  ],
  'a code by mail (wacht)': (email) => ['/auth/signin', { strategy: 'email_otp', email }],
  'a forgotten password (wacht)': (email) => ['/auth/forgot-password', { email }],
  'a magic link (yat)': (email) => ['/auth/magic_link', { email }],
  'a code of a magic link (yat)': (email) => ['/auth/magic_link/token', { email, code: '000000' }],
  'a recovery code (dfns)': (username) => ['/auth/recover/user/code', { username }],
  'a login code (dfns)': (username) => ['/auth/login/code', { username }],
  'a login (dfns)': (username) => ['/auth/login/init', { username }],
};

/** An answer without what differs each time. */
function shown({ status, headers, text }: Answer, who: string): string {
  const body = text
    .replaceAll(who, 'who')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'time')
    .replace(/[\w.-]{12,}/g, '*')
    .replace(/\d+/g, '0');
  return JSON.stringify([status, body, Object.keys(headers).sort()]);
}

async function difference(target: Target, question: (who: string) => [string, object]): Promise<string[]> {
  const { email: known } = await target.person();
  const unknown = target.nobody();
  const [one, other] = [await target.post(...question(known)), await target.post(...question(unknown))];
  const [there, absent] = [shown(one, known), shown(other, unknown)];
  return there === absent ? [] : [`somebody who is registered: ${there}`, `nobody: ${absent}`];
}

export const answerCases: AttackCase[] = Object.entries(QUESTIONS).map(([what, question]) => ({
  asvs: '6.3.8',
  name: `${what} is answered alike for a name that is registered and one that is not`,
  run: (target) => difference(target, question),
}));
