import { CODE } from '../../mailbox-reader.js';
import { generateSync } from 'otplib';
import type { DocspaceAnswer } from '../../docspace-client.js';
import type { Account, Attempt, Session } from '../account.js';
import { type Chance, type Play, type Step } from '../play.js';
import { LIFE, sessionsOf, whichSession } from './sessions.js';

const isPending = (session: Session) => session.stage === 'pending';
const ofAccount = (attempt: Attempt) => attempt.protocol === 'docspace' && attempt.session === undefined;
const isMailedKey = ({ purpose }: Attempt) => purpose === 'sign_in_key';
const begunByKey = ({ stage, held, provenBy }: Session) =>
  held.protocol === 'docspace' && stage === 'pending' && provenBy[0] === 'email';

const keyOf = (url: unknown) => new URL(String(url)).searchParams.get('key') ?? '';

/** Who shows what as the first factor. */
interface First {
  shown: object;
  may: boolean;
  by: 'pwd' | 'email';
  key?: Attempt;
}

function firstByPassword(play: Play, chance: Chance): First {
  const { account } = play;
  const { password, right } = play.password(chance);
  const may = right && account.activated && !account.disabled;
  return { shown: { userName: account.email, password }, may, by: 'pwd' };
}

function firstByKey({ account }: Play, key: Attempt): First {
  const may = account.isLive(key) && !account.disabled && account.factor !== 'email';
  return { shown: { confirmData: { key: key.secret } }, may, by: 'email', key };
}

/** With the session that a mailed key makes, that is used up and no other sign-in by one goes on. */
function spendKeys(account: Account, except?: Session): void {
  for (const attempt of account.attempts) if (isMailedKey(attempt)) attempt.over ??= 'spent';
  for (const session of account.sessions)
    if (begunByKey(session) && session !== except) session.over ??= 'overtaken';
}

async function firstStep(play: Play, { shown, may, by, key }: First): Promise<void> {
  const { account, stage } = play;
  const { factor } = account;
  const send = () => stage.docspace.call('POST', '/authentication', shown);
  const codeStands = account.attempts.some(
    (attempt) =>
      ofAccount(attempt) &&
      attempt.purpose === 'second_factor' &&
      attempt.kind === 'code' &&
      attempt.method === factor &&
      (account.isLive(attempt) || (attempt.over === 'exhausted' && account.now() < attempt.endsAt)),
  );
  const address = may && !codeStands ? play.address : undefined;
  const { answer, found } = address
    ? await stage.mails.sentBy(address, CODE, send)
    : { answer: await send(), found: '' };
  play.agree(`a first step by ${by} (docspace)`, answer.status === 200, may, key);
  if (!may) return;
  if (address) play.opensSent('docspace', found);
  const { token, tfaKey, confirmUrl } = answer.body.response;
  if (factor === 'none') {
    account.begins({ protocol: 'docspace', token: String(token) }, 'signed_in', LIFE.session, by);
    if (key) spendKeys(account);
    return;
  }
  account.begins({ protocol: 'docspace', token: keyOf(confirmUrl) }, 'pending', LIFE.pending, by);
  if (factor === 'totp' && !account.authenticator) setsUp(account, String(tfaKey));
}

function setsUp(account: Account, secret: string): void {
  account.setup = { factor: 'totp', secret, endsAt: account.now() + LIFE.setup };
}

/** The set-up that a right code would put to use. */
function setupOf(account: Account): string | undefined {
  const { factor, authenticator, setup } = account;
  const waits = factor === 'totp' && !authenticator && setup?.factor === 'totp' && account.isLive(setup);
  return waits ? setup.secret : undefined;
}

/** A code for the second step, whether it is taken, and what that does but for the session. */
function secondStep(play: Play, chance: Chance, allowed: boolean) {
  const { account } = play;
  const secret = setupOf(account);
  const sent = account.attempts.findLast((attempt) => ofAccount(attempt) && attempt.kind === 'code');
  const code =
    secret && chance.in(80)
      ? generateSync({ secret, epoch: play.totpStep() * 30 })
      : play.secondFactor(chance, sent, true);
  if (allowed) play.opensShown(code, 'docspace');
  const provable =
    account.factor !== 'none' && (account.factor !== 'totp' || account.authenticator || secret);
  if (!allowed || !provable) return { code, taken: undefined, connects: false };
  const connects = secret !== undefined && /^\d{6}$/.test(code);
  const taken = connects
    ? account.guesses(
        (attempt) => ofAccount(attempt) && attempt.purpose === 'second_factor' && attempt.kind === 'totp',
        () => play.stepOf(secret, code) !== undefined,
      )
    : play.takesSecond(code, ofAccount);
  return { code, taken, connects };
}

/** What follows from a code that was taken, for the session that it makes. */
async function proven(
  play: Play,
  session: Session,
  code: string,
  connects: boolean,
  taken: Attempt,
): Promise<void> {
  const { account, stage } = play;
  const issued = connects || (account.factor === 'totp' && /^\d{6}$/.test(code) && !account.backupCodes);
  if (connects) {
    const secret = account.setup?.secret ?? '';
    account.authenticator = { secret, lastStep: play.stepOf(secret, code) ?? 0 };
    account.setup = undefined;
    account.happens('second factor switched on', { own: session, by: taken.method });
  }
  if (!issued || session.held.protocol !== 'docspace') return;
  const codes = await stage.docspace.authorized<{ code: string }[]>(
    'GET',
    '/settings/tfaappcodes',
    session.held.token,
  );
  account.hasBackupCodes(codes.body.response.map((each) => each.code));
}

async function verify(play: Play, chance: Chance, { shown, may, by, key }: First): Promise<void> {
  const { account, stage } = play;
  const { code, taken, connects } = secondStep(play, chance, may);
  const answer = await stage.docspace.call('POST', `/authentication/${code}`, shown);
  play.agree(`both factors, first ${by} (docspace)`, answer.status === 200, taken !== undefined, key);
  if (!taken) return;
  const token = String(answer.body.response.token);
  const session = account.begins(
    { protocol: 'docspace', token },
    'signed_in',
    LIFE.session,
    by,
    taken.method,
  );
  session.markedAt = account.now();
  if (key) spendKeys(account);
  await proven(play, session, code, connects, taken);
}

async function validate(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = whichSession(account, chance, 'docspace', isPending);
  if (session?.held.protocol !== 'docspace') return;
  const allowed = account.isLive(session);
  const { code, taken, connects } = secondStep(play, chance, allowed);
  const answer = await stage.docspace.call(
    'POST',
    '/settings/tfaapp/validate',
    { code },
    {
      confirm: `key=${session.held.token}`,
    },
  );
  play.agree('the key of a step (docspace)', answer.status === 200, taken !== undefined, session);
  if (!taken) return;
  const token = answer.cookies['asc_auth_key'] ?? '';
  Object.assign(session, { held: { protocol: 'docspace', token }, stage: 'signed_in' });
  session.provenBy.push(taken.method);
  session.signedInAt = account.now();
  session.endsAt = account.now() + LIFE.session;
  spendKeys(account, session);
  await proven(play, session, code, connects, taken);
}

async function signOut(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = whichSession(account, chance, 'docspace');
  if (session?.held.protocol !== 'docspace') return;
  await stage.docspace.authorized('POST', '/authentication/logout', session.held.token);
  if (session.stage === 'signed_in') session.over ??= 'signed out here';
}

const isFresh = (account: Account, session: Session) =>
  session.stage === 'signed_in' && account.isLive(session) && session.signedInAt > account.now() - LIFE.fresh;

/** Its owner chooses an authenticator, which the next sign-in sets up, or no second factor. */
async function choose(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = whichSession(account, chance, 'docspace');
  if (session?.held.protocol !== 'docspace') return;
  const to = chance.of(['none', 'totp'] as const) ?? 'none';
  const may = isFresh(account, session);
  const type = { none: 'None', totp: 'App' }[to];
  const answer = await stage.docspace.authorized('PUT', '/settings/tfaapp', session.held.token, { type });
  play.agree('a choice of the second factor (docspace)', answer.status === 200, may, session);
  if (!may || account.factor === to) return;
  account.asksFor(to);
  account.forgetsFactor();
  account.happens('second factor taken away');
}

/** Its owner takes the authenticator away, and is to set up another. */
async function renew(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = whichSession(account, chance, 'docspace');
  if (session?.held.protocol !== 'docspace') return;
  const may = isFresh(account, session) && account.factor === 'totp';
  const { token } = session.held;
  const answer: DocspaceAnswer<string> = await stage.docspace.authorized(
    'PUT',
    '/settings/tfaappnewapp',
    token,
    {},
  );
  play.agree('a new authenticator (docspace)', answer.status === 200, may, session);
  if (!may) return;
  if (account.authenticator) {
    account.forgetsFactor();
    account.happens('second factor taken away');
  }
  const key = keyOf(answer.body.response);
  account.begins({ protocol: 'docspace', token: key }, 'pending', LIFE.pending, session.provenBy[0] ?? 'pwd');
  const setUp = await stage.docspace.call<{ manualEntryKey: string }>(
    'GET',
    '/settings/tfaapp/setup',
    undefined,
    {
      confirm: `key=${key}`,
    },
  );
  setsUp(account, setUp.body.response.manualEntryKey);
}

const byPassword =
  (then: (play: Play, chance: Chance, first: First) => Promise<void>) => (play: Play, chance: Chance) =>
    then(play, chance, firstByPassword(play, chance));
const byKey =
  (then: (play: Play, chance: Chance, first: First) => Promise<void>) => (play: Play, chance: Chance) => {
    const key = chance.of(play.account.attempts.filter(isMailedKey));
    return key ? then(play, chance, firstByKey(play, key)) : Promise.resolve();
  };
const hasKey = (account: Account) => account.attempts.some(isMailedKey);
const hasSession = (account: Account) => sessionsOf(account, 'docspace').length > 0;

export const docspace: Step[] = [
  { name: 'docspace: password', weight: 3, run: byPassword((play, _, who) => firstStep(play, who)) },
  {
    name: 'docspace: mailed key',
    when: hasKey,
    weight: 3,
    run: byKey((play, _, who) => firstStep(play, who)),
  },
  {
    name: 'docspace: password and code',
    weight: 2,
    when: ({ factor }) => factor !== 'none',
    run: byPassword(verify),
  },
  { name: 'docspace: mailed key and code', weight: 2, when: hasKey, run: byKey(verify) },
  {
    name: 'docspace: key of a step',
    weight: 3,
    when: (account) => sessionsOf(account, 'docspace').some(isPending),
    run: validate,
  },
  { name: 'docspace: sign out', when: hasSession, run: signOut },
  { name: 'docspace: choose a factor', weight: 2, when: hasSession, run: choose },
  { name: 'docspace: another authenticator', when: hasSession, run: renew },
];
