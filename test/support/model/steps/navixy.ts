import { CODE } from '../../mailbox-reader.js';
import type { Session } from '../account.js';
import { type Chance, type Play, type Step } from '../play.js';
import { LIFE, sessionsOf, whichSession } from './sessions.js';

const isPending = (session: Session) => session.stage === 'pending';

async function signIn(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const { password, right } = play.password(chance);
  const { factor, phone } = account;
  const may = right && account.activated && !account.disabled && (factor !== 'sms' || phone !== undefined);
  const send = () => stage.navixy.signIn(account.email, password);
  const mailed = may ? play.address : undefined;
  const { answer, found } = mailed
    ? await stage.mails.sentBy(mailed, CODE, send)
    : { answer: await send(), found: '' };
  play.agree('a password (navixy)', answer.body.success, may);
  if (!may) return;
  const held = { protocol: 'navixy', hash: answer.body.hash } as const;
  if (factor === 'none') return void account.begins(held, 'signed_in', LIFE.session, 'pwd');
  const session = account.begins(held, 'pending', LIFE.pending, 'pwd');
  if (mailed) play.opensSent('navixy', found, session);
  else
    account.opens({
      purpose: 'second_factor',
      kind: 'totp',
      method: 'otp',
      secret: '',
      protocol: 'navixy',
      session,
      life: LIFE.pending,
    });
}

async function verify(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = whichSession(account, chance, 'navixy', isPending);
  if (session?.held.protocol !== 'navixy') return;
  const sent = account.attempts.findLast((attempt) => attempt.session === session);
  const code = play.secondFactor(chance, sent);
  const open = account.isLive(session) && session.stage === 'pending';
  const taken = open ? play.takesSecond(code, (attempt) => attempt.session === session) : undefined;
  const { body } = await stage.navixy.verify(session.held.hash, code);
  play.agree('a code (navixy)', body.success, taken !== undefined, session);
  if (!taken) return;
  Object.assign(session, { held: { protocol: 'navixy', hash: body.hash }, stage: 'signed_in' });
  session.provenBy.push(taken.method);
  session.signedInAt = account.now();
  session.endsAt = account.now() + LIFE.session;
}

async function resend(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = whichSession(account, chance, 'navixy', isPending);
  if (session?.held.protocol !== 'navixy') return;
  const { hash } = session.held;
  const may = session.stage === 'pending' && account.isLive(session);
  const send = () => stage.navixy.resend(hash);
  if (!may || !play.address) {
    play.agree('a code to be sent again (navixy)', (await send()).body.success, false, session);
    return;
  }
  const { answer, found } = await stage.mails.sentBy(play.address, CODE, send);
  play.agree('a code to be sent again (navixy)', answer.body.success, true);
  play.sends(session, found);
}

async function signOut(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = whichSession(account, chance, 'navixy');
  if (session?.held.protocol !== 'navixy') return;
  const may = session.stage === 'signed_in' && account.isLive(session);
  const { body } = await stage.navixy.post('/user/logout', undefined, session.held.hash);
  play.agree('a sign-out (navixy)', body.success, may, session);
  if (may) session.over = 'signed out here';
}

export const navixy: Step[] = [
  { name: 'navixy: password', weight: 3, run: signIn },
  {
    name: 'navixy: code',
    weight: 3,
    when: (account) => sessionsOf(account, 'navixy').some(isPending),
    run: verify,
  },
  {
    name: 'navixy: code again',
    when: (account) => sessionsOf(account, 'navixy').some(isPending),
    run: resend,
  },
  { name: 'navixy: sign out', when: (account) => sessionsOf(account, 'navixy').length > 0, run: signOut },
];
