import { LONG_CODE } from '../../mailbox-reader.js';
import { SoftwareKey } from '../../software-authenticator.js';
import type { Challenge } from '../../dfns-people.js';
import type { Account, Attempt } from '../account.js';
import { type Chance, type Play, type Step } from '../play.js';
import { LIFE, sessionsOf, whichSession } from './sessions.js';

/** A whole login: with the key, or one that was replaced, and the second factor where there is one. */
async function login(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const { factor, authenticator, formerKeys } = account;
  const former = formerKeys.length > 0 && chance.in(25);
  const key = former ? chance.of(formerKeys) : account.keys?.key;
  if (!key) return;
  const known = !former && !account.disabled;
  const loginCode = play.address && !account.disabled ? await codeFor(play, play.address) : undefined;
  const { body } = await stage.dfns.post('/auth/login/init', { username: account.email, loginCode });
  if (loginCode)
    for (const attempt of account.attempts)
      if (attempt.purpose === 'second_factor') attempt.over ??= 'another was right';
  const { challenge, challengeIdentifier } = body as unknown as Record<string, string>;
  const otpCode =
    factor === 'totp' && authenticator
      ? play.freshTotp(authenticator.secret, chance.in(85) ? authenticator.lastStep : 0)
      : undefined;
  const step = otpCode && authenticator ? play.totpStep() : 0;
  const proven = factor === 'totp' ? step > (authenticator?.lastStep ?? step) : true;
  const { status, body: answer } = await stage.dfns.post('/auth/login', {
    challengeIdentifier,
    firstFactor: key.firstFactor(challenge ?? ''),
    ...(otpCode && { secondFactor: { kind: 'Totp', otpCode } }),
  });
  const may = known && proven;
  play.agree('a login (dfns)', status === 200, may);
  if (!may) return;
  if (otpCode && authenticator) authenticator.lastStep = step;
  const second = { none: [], email: ['email'], sms: ['sms'], totp: ['otp'] } as const;
  account.begins(
    { protocol: 'dfns', jwt: answer.token ?? '' },
    'signed_in',
    LIFE.access,
    'pop',
    ...second[factor],
  );
}

async function codeFor({ account, stage }: Play, address: string): Promise<string> {
  const ask = () => stage.dfns.post('/auth/login/code', { username: account.email });
  return (await stage.mails.sentBy(address, LONG_CODE, ask)).found;
}

async function signOut(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = whichSession(account, chance, 'dfns');
  if (session?.held.protocol !== 'dfns') return;
  const may = account.isLive(session);
  const { status } = await stage.dfns.call('PUT', '/auth/logout', undefined, session.held.jwt);
  play.agree('a sign-out (dfns)', status === 200, may, session);
  if (may) session.over = 'signed out here';
}

/** Up to the code that starts a recovery. */
async function askForCode({ account, stage }: Play): Promise<void> {
  const ask = () => stage.dfns.recoveryCode(account.email);
  const { found } = await stage.mails.sentBy(account.email, LONG_CODE, ask);
  account.opens({
    purpose: 'recovery',
    kind: 'code',
    method: 'email',
    protocol: 'dfns',
    secret: found,
    life: LIFE.longCode,
  });
}

const isCode = ({ purpose }: Attempt) => purpose === 'recovery';
const isChallenge = ({ purpose }: Attempt) => purpose === 'recovery_proof';

/** Spends the code for a challenge. */
async function init(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const code = chance.of(account.attempts.filter(isCode));
  if (!code || !account.keys) return;
  const taken = account.disabled
    ? undefined
    : account.guesses(
        (attempt) => attempt === code,
        () => true,
      );
  const { credId } = account.keys.recoveryKey;
  const { status, body } = await stage.dfns.recoveryInit(account.email, code.secret, credId);
  play.agree('a recovery code (dfns)', status === 200, taken !== undefined, code);
  if (!taken) return;
  const { temporaryAuthenticationToken, challenge } = body as unknown as Challenge;
  account.opens({
    purpose: 'recovery_proof',
    kind: 'challenge',
    method: 'email',
    protocol: 'dfns',
    secret: `${temporaryAuthenticationToken} ${challenge}`,
    life: LIFE.challenge,
  });
}

/** New keys in the place of all others. */
async function recover(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const ticket = chance.of(account.attempts.filter(isChallenge));
  if (!ticket || !account.keys) return;
  const [token = '', challenge = ''] = ticket.secret.split(' ');
  const [key, recoveryKey] = [new SoftwareKey('Key'), new SoftwareKey('RecoveryKey')];
  const newCredentials = {
    firstFactorCredential: key.create(challenge),
    recoveryCredential: { ...recoveryKey.create(challenge), encryptedPrivateKey: 'sealed by the owner' },
  };
  const recovery = account.keys.recoveryKey.recover(newCredentials);
  const may = account.isLive(ticket) && !account.disabled;
  const { status } = await stage.dfns.post('/auth/recover/user', { recovery, newCredentials }, token);
  play.agree('a recovery (dfns)', status === 200, may, ticket);
  if (!may) return;
  account.formerKeys.push(account.keys.key);
  account.keys = { key, recoveryKey };
  account.happens('recovery completed');
}

const hasKeys = ({ keys }: Account) => keys !== undefined;

export const dfns: Step[] = [
  { name: 'dfns: login', weight: 3, when: hasKeys, run: login },
  { name: 'dfns: sign out', when: (account) => sessionsOf(account, 'dfns').length > 0, run: signOut },
  {
    name: 'dfns: ask for a recovery code',
    weight: 2,
    when: (account) => hasKeys(account) && !account.disabled,
    run: askForCode,
  },
  { name: 'dfns: use a recovery code', weight: 5, when: ({ attempts }) => attempts.some(isCode), run: init },
  { name: 'dfns: recover', weight: 6, when: ({ attempts }) => attempts.some(isChallenge), run: recover },
];
