import { CODE } from '../../mailbox-reader.js';
import type { Account, Attempt, Session } from '../account.js';
import { type Chance, type Play, type Step } from '../play.js';
import { LIFE, sessionsOf, whichSession } from './sessions.js';

const TOKEN = /(?<!not-me\?)token=([\w-]+)/;
const isPending = (session: Session) => session.stage === 'pending';
const isBegun = ({ purpose }: Attempt) => purpose === 'sign_in';

async function signIn(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const { password, right } = play.password(chance);
  const may = right && account.activated && !account.disabled;
  const client = stage.browser();
  const { answer, id } = await client.signInWithPassword(account.email, password);
  play.agree('a password (wacht)', answer.status === 200, may);
  if (!may) return;
  const held = { protocol: 'wacht', client, attempt: id } as const;
  if (account.factor === 'none') account.begins(held, 'signed_in', LIFE.session, 'pwd');
  else account.begins(held, 'pending', LIFE.pending, 'pwd');
}

/** As far as the message that comes of it. */
async function begin(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const { email, factor, phone, phoneSignsIn } = account;
  const ways = ['email_otp', 'magic_link', ...(phone && phoneSignsIn ? ['phone_otp'] : [])] as const;
  const strategy = chance.of(ways) ?? 'email_otp';
  const texted = strategy === 'phone_otp';
  const method = texted ? 'sms' : 'email';
  const client = stage.browser();
  const { id } = await client.signIn({ strategy, ...(texted ? { phone_number: phone } : { email }) });
  const send = () => client.prepare(id, method);
  const may = account.activated && !account.disabled && factor !== method;
  if (!may) {
    await send();
    return;
  }
  const address = texted ? (phone ?? '') : email;
  const link = strategy === 'magic_link';
  const { found } = await stage.mails.sentBy(address, link ? /^[^]*token=[^]*$/ : CODE, send);
  const life = link ? LIFE.link : LIFE.code;
  const browser = { client, attempt: id, endsAt: account.now() + LIFE.browserAttempt };
  const common = { purpose: 'sign_in', method, protocol: 'wacht', browser, life } as const;
  account.opens({ ...common, kind: 'code', secret: CODE.exec(found)?.[0] ?? '' });
  if (link) account.opens({ ...common, kind: 'link', secret: TOKEN.exec(found)?.[1] ?? '' });
}

/** The code, or the link in the browser that asked for it. */
async function prove(play: Play, chance: Chance): Promise<void> {
  const { account } = play;
  const all = account.attempts.filter(isBegun);
  const live = all.filter((attempt) => account.isLive(attempt));
  const attempt = chance.of(live.length > 0 && chance.in(75) ? live : all);
  if (!attempt?.browser) return;
  const { client, attempt: id, endsAt } = attempt.browser;
  const used = account.sessions.some(({ held }) => held.protocol === 'wacht' && held.attempt === id);
  const open = !used && !account.disabled && (attempt.kind === 'link' || account.now() < endsAt);
  const of = (each: Attempt) => isBegun(each) && each.browser?.attempt === id && each.kind === attempt.kind;
  const taken = open ? account.guesses(of, ({ secret }) => secret === attempt.secret) : undefined;
  play.agree(
    `a ${attempt.kind} that was sent (wacht)`,
    attempt.kind === 'link' ? await confirm(play, attempt) : await answered(client, id, attempt.secret),
    taken !== undefined,
    attempt,
  );
  if (!taken) return;
  const held = { protocol: 'wacht', client, attempt: id } as const;
  if (account.factor === 'none') account.begins(held, 'signed_in', LIFE.session, taken.method);
  else account.begins(held, 'pending', LIFE.pending, taken.method);
}

const answered = async (client: ReturnType<Play['stage']['browser']>, id: string, code: string) =>
  (await client.verify(id, code)).status === 200;

/** The button of the page that a link leads to. */
async function confirm({ stage }: Play, { browser, secret }: Attempt): Promise<boolean> {
  const headers = {
    'Content-Type': 'application/x-www-form-urlencoded',
    Cookie: browser?.client.cookie ?? '',
  };
  const body = new URLSearchParams({ token: secret });
  const { status } = await fetch(`${stage.app.url}/magic-link`, { method: 'POST', headers, body });
  return status === 200;
}

async function send(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = whichSession(account, chance, 'wacht', isPending);
  if (session?.held.protocol !== 'wacht') return;
  const { client, attempt } = session.held;
  const { factor } = account;
  const method = factor === 'sms' ? 'sms' : 'email';
  const ask = () => client.prepare(attempt, method);
  const address = account.isLive(session) ? play.address : undefined;
  if (!address) {
    play.agree('a code to be sent (wacht)', (await ask()).status === 200, false, session);
    return;
  }
  const { answer, found } = await stage.mails.sentBy(address, CODE, ask);
  play.agree('a code to be sent (wacht)', answer.status === 200, true);
  play.sends(session, found);
}

async function verify(play: Play, chance: Chance): Promise<void> {
  const { account } = play;
  const session = whichSession(account, chance, 'wacht', isPending);
  if (session?.held.protocol !== 'wacht') return;
  const { client, attempt } = session.held;
  const of = (each: Attempt) => each.session === session;
  const code = play.secondFactor(chance, account.attempts.findLast(of));
  const open = account.isLive(session);
  if (open && account.factor === 'totp') play.opensShown(code, 'wacht', session);
  const taken = open ? play.takesSecond(code, of) : undefined;
  play.agree('a code (wacht)', await answered(client, attempt, code), taken !== undefined, session);
  if (!taken) return;
  session.stage = 'signed_in';
  session.provenBy.push(taken.method);
  session.signedInAt = account.now();
  session.endsAt = account.now() + LIFE.session;
}

async function signOut(play: Play, chance: Chance): Promise<void> {
  const { account } = play;
  const session = whichSession(account, chance, 'wacht');
  if (session?.held.protocol !== 'wacht') return;
  await session.held.client.post('/session/sign-out', {});
  if (session.stage === 'signed_in') session.over ??= 'signed out here';
}

async function forgot(play: Play): Promise<void> {
  const { account, stage } = play;
  const ask = () => stage.browser().post('/auth/forgot-password', { email: account.email });
  // A link to the first factor never goes the way of the second one.
  const method = account.factor === 'email' ? 'sms' : 'email';
  const to = method === 'email' ? account.email : account.phoneSignsIn ? account.phone : undefined;
  if (to === undefined) return void (await ask());
  const { found } = await stage.mails.sentBy(to, TOKEN, ask);
  account.opens({
    purpose: 'password_reset',
    kind: 'link',
    method,
    protocol: 'wacht',
    secret: found,
    life: LIFE.link,
  });
}

async function reset(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const link = chance.of(account.attempts.filter(({ purpose }) => purpose === 'password_reset'));
  if (!link) return;
  const password = `gelbe Kanne im Schnee ${account.formerPasswords.length}`;
  const may = account.isLive(link) && !account.disabled;
  const answer = await stage.browser().post('/auth/reset-password', { token: link.secret, password });
  play.agree('a link that resets the password (wacht)', answer.status === 200, may, link);
  if (!may) return;
  account.changesPassword(password);
  account.happens('password reset');
}

const hasSession = (account: Account) => sessionsOf(account, 'wacht').length > 0;
const waits = (account: Account) => sessionsOf(account, 'wacht').some(isPending);

export const wacht: Step[] = [
  { name: 'wacht: password', weight: 2, run: signIn },
  { name: 'wacht: begin by code or link', weight: 3, run: begin },
  { name: 'wacht: code or link', weight: 4, when: ({ attempts }) => attempts.some(isBegun), run: prove },
  { name: 'wacht: send a code', weight: 2, when: waits, run: send },
  { name: 'wacht: second code', weight: 3, when: waits, run: verify },
  { name: 'wacht: sign out', when: hasSession, run: signOut },
  {
    name: 'wacht: forgot the password',
    when: ({ activated, disabled }) => activated && !disabled,
    run: forgot,
  },
  {
    name: 'wacht: reset the password',
    weight: 2,
    when: ({ attempts }) => attempts.some(({ purpose }) => purpose === 'password_reset'),
    run: reset,
  },
];
