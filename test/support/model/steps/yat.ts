import { CODE } from '../../mailbox-reader.js';
import type { Account, Attempt, Proof, Session, Yat } from '../account.js';
import { type Chance, type Play, type Step } from '../play.js';
import type { YatAnswer } from '../../yat-client.js';
import { LIFE, presented, refresh, sessionsOf, whichSession } from './sessions.js';

export type YatSession = Session & { held: Yat };
export const hasYat = (account: Account) => sessionsOf(account, 'yat').length > 0;

/** One of them; `fresh`: with an access token that is not over. */
export async function whichYat(play: Play, chance: Chance, fresh = true): Promise<YatSession | undefined> {
  const { account } = play;
  const session = whichSession(account, chance, 'yat') as YatSession | undefined;
  if (session && fresh && account.now() >= session.held.accessEndsAt)
    await refresh(play, session, session.held, session.held.chain.at(-1) ?? '');
  return session;
}

/** Signed in, and proven lately: by the second factor, where there is one. */
export function isFresh(account: Account, session: Session): boolean {
  const provenAt = account.factor === 'none' ? session.signedInAt : session.markedAt;
  return session.stage === 'signed_in' && account.isLive(session) && provenAt > account.now() - LIFE.fresh;
}

function begins({ account }: Play, { body }: YatAnswer, by: Proof, waits: boolean): Session {
  const held: Yat = {
    protocol: 'yat',
    chain: [body.refresh_token],
    rotatedAt: -Infinity,
    access: body.access_token,
    accessEndsAt: account.now() + LIFE.access,
  };
  return account.begins(held, waits ? 'pending' : 'signed_in', waits ? LIFE.pending : LIFE.refresh, by);
}

async function signIn(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const { password, right } = play.password(chance);
  const { factor, phone } = account;
  const may = right && !account.disabled && (factor !== 'sms' || phone !== undefined);
  const send = () => stage.yat.signIn(account.email, password);
  const address = may ? play.address : undefined;
  const { answer, found } = address
    ? await stage.mails.sentBy(address, CODE, send)
    : { answer: await send(), found: '' };
  play.agree('a password (yat)', answer.status === 200, may);
  if (!may) return;
  const session = begins(play, answer, 'pwd', factor !== 'none');
  if (address) play.opensSent('yat', found, session);
  else if (factor === 'totp')
    account.opens({
      purpose: 'second_factor',
      kind: 'totp',
      method: 'otp',
      secret: '',
      protocol: 'yat',
      session,
      life: LIFE.pending,
    });
}

async function confirm(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = await whichYat(play, chance, false);
  if (!session) return;
  const { held } = session;
  const of = (attempt: Attempt) => attempt.session === session;
  const sent = account.attempts.findLast((attempt) => of(attempt) && attempt.purpose === 'second_factor');
  const code = play.secondFactor(chance, sent, true);
  const token = held.chain.at(-1) ?? '';
  const open = presented(account, session, held, token) === 'newest' && account.factor !== 'none';
  if (open) play.opensShown(code, 'yat', session);
  const taken = open ? play.takesSecond(code, of) : undefined;
  const { status, body } = await stage.yat.confirm(token, code);
  play.agree('a code (yat)', status === 200, taken !== undefined, session);
  if (!taken) return;
  held.chain.push(body.refresh_token);
  held.rotatedAt = account.now();
  held.access = body.access_token;
  held.accessEndsAt = account.now() + LIFE.access;
  if (session.stage === 'pending') session.signedInAt = account.now();
  session.stage = 'signed_in';
  session.markedAt = account.now();
  session.provenBy.push(taken.method);
  session.endsAt = account.now() + LIFE.refresh;
}

async function sendCode(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = await whichYat(play, chance);
  if (!session) return;
  const ask = () => stage.yat.post('/account/2fa/sms_code', undefined, session.held.access);
  const address = account.isLive(session) ? play.address : undefined;
  if (!address) {
    play.agree('a code to be sent (yat)', (await ask()).status === 200, false, session);
    return;
  }
  const { answer, found } = await stage.mails.sentBy(address, CODE, ask);
  play.agree('a code to be sent (yat)', answer.status === 200, true);
  play.sends(session, found);
}

/** A refresh, mostly with the newest token. */
async function turnOver(play: Play, chance: Chance): Promise<void> {
  const session = await whichYat(play, chance, false);
  if (!session) return;
  const { chain } = session.held;
  const token = chance.in(75) ? chain.at(-1) : chance.of(chain);
  if (token) await refresh(play, session, session.held, token);
}

async function changePassword(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = await whichYat(play, chance);
  if (!session) return;
  const password = `rote Kanne im Regen ${account.formerPasswords.length}`;
  const may = isFresh(account, session);
  const { status } = await stage.yat.call('PATCH', '/account', { password }, session.held.access);
  play.agree('a new password (yat)', status === 200, may, session);
  if (!may) return;
  account.changesPassword(password);
  account.happens('password changed', { own: session });
}

/** Everywhere; a session that waits ends itself alone. */
async function signOut(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = await whichYat(play, chance);
  if (!session) return;
  const may = account.isLive(session);
  const { status } = await stage.yat.post('/logout', undefined, session.held.access);
  play.agree('a sign-out (yat)', status === 200, may, session);
  if (!may) return;
  session.over = 'signed out here';
  if (session.stage === 'signed_in') account.happens('signed out everywhere');
}

async function askForLink(play: Play): Promise<void> {
  const { account, stage } = play;
  const ask = () => stage.yat.post('/auth/magic_link', { email: account.email });
  const { found } = await stage.mails.sentBy(account.email, /^[^]*magic-link\?token=[^]*$/, ask);
  const common = { purpose: 'magic_link', method: 'email', protocol: 'yat', life: LIFE.link } as const;
  account.opens({ ...common, kind: 'link', secret: /(?<!not-me\?)token=([\w-]+)/.exec(found)?.[1] ?? '' });
  account.opens({ ...common, kind: 'code', secret: CODE.exec(found)?.[0] ?? '' });
}

/** The link, or the code beside it. */
async function useLink(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const all = account.attempts.filter(({ purpose }) => purpose === 'magic_link');
  const live = all.filter((attempt) => account.isLive(attempt));
  const attempt = chance.of(live.length > 0 && chance.in(75) ? live : all);
  if (!attempt) return;
  const { kind, secret } = attempt;
  const same = (each: Attempt) => each.secret === secret;
  const newest = ({ purpose, ...each }: Attempt) =>
    purpose === 'magic_link' && each.kind === 'code' && each.over === undefined;
  const taken = account.guesses(kind === 'link' ? same : newest, same);
  const enters =
    taken !== undefined && !account.disabled && (!account.activated || account.factor !== 'email');
  const shown = kind === 'link' ? { token: secret } : { code: secret, email: account.email };
  const answer = await stage.yat.post('/auth/magic_link/token', shown);
  play.agree(`a magic ${kind} (yat)`, answer.status === 200, enters, attempt);
  if (!enters) return;
  if (!account.activated) claims(account);
  begins(play, answer, 'email', account.factor !== 'none');
}

/** The owner of a mailbox takes over what somebody registered with it. */
function claims(account: Account): void {
  account.activated = true;
  account.changesPassword(undefined);
  account.asksFor('none');
  account.forgetsFactor();
  account.phone = undefined;
  account.happens('mailbox proven for the first time');
}

export const yat: Step[] = [
  { name: 'yat: password', weight: 4, run: signIn },
  { name: 'yat: code', weight: 4, when: hasYat, run: confirm },
  { name: 'yat: send a code', when: hasYat, run: sendCode },
  { name: 'yat: refresh', weight: 2, when: hasYat, run: turnOver },
  { name: 'yat: new password', when: hasYat, run: changePassword },
  { name: 'yat: sign out everywhere', when: hasYat, run: signOut },
  { name: 'yat: ask for a link', weight: 2, when: ({ disabled }) => !disabled, run: askForLink },
  {
    name: 'yat: link or its code',
    weight: 3,
    when: ({ attempts }) => attempts.some(({ purpose }) => purpose === 'magic_link'),
    run: useLink,
  },
];
