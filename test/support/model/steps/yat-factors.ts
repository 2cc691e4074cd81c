import { CODE } from '../../mailbox-reader.js';
import { type Chance, type Play, type Step } from '../play.js';
import { LIFE } from './sessions.js';
import { hasYat, isFresh, whichYat } from './yat.js';

async function enable(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = await whichYat(play, chance);
  if (!session) return;
  const texts = chance.in(35);
  const may = isFresh(account, session) && account.activated;
  const phone = account.phone ?? account.ownPhone;
  const shown = texts ? { provider: 'SMS', phone } : { provider: 'GoogleAuthenticator' };
  const ask = () => stage.yat.post('/account/2fa/enable', shown, session.held.access);
  const { answer, found } =
    may && texts ? await stage.mails.sentBy(phone, CODE, ask) : { answer: await ask(), found: '' };
  play.agree('a set-up (yat)', answer.status === 200, may, session);
  if (!may) return;
  const { ga_secret: secret, backup_codes: backupCodes } = answer.body;
  const common = {
    purpose: 'factor_setup',
    protocol: 'yat',
    session,
    secret: found,
    life: LIFE.setup,
  } as const;
  if (texts) {
    for (const attempt of account.attempts)
      if (attempt.session === session && attempt.purpose === 'factor_setup' && attempt.kind === 'code')
        attempt.over ??= 'sent anew';
    account.opens({ ...common, kind: 'code', method: 'sms' });
  } else account.opens({ ...common, kind: 'totp', method: 'otp' });
  account.setup = {
    factor: texts ? 'sms' : 'totp',
    secret,
    backupCodes,
    endsAt: account.now() + LIFE.setup,
    ...(texts && { phone }),
  };
}

async function confirm(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = await whichYat(play, chance);
  if (!session) return;
  const { setup } = account;
  const sent = account.attempts.findLast(({ purpose }) => purpose === 'factor_setup');
  const code = setup?.secret ? play.freshTotp(setup.secret, 0) : sent?.secret || '000000';
  const signedIn = session.stage === 'signed_in' && account.isLive(session);
  const open = signedIn && setup !== undefined && account.isLive(setup);
  const kind = setup?.factor === 'totp' ? 'totp' : 'code';
  const taken =
    open && sent?.kind === kind
      ? account.guesses(
          (attempt) => attempt === sent,
          () => kind === 'totp' || (sent.secret === code && sent.session === session),
        )
      : undefined;
  const { status } = await stage.yat.post('/account/2fa/confirm', { code }, session.held.access);
  play.agree('the code of a set-up (yat)', status === 200, taken !== undefined, session);
  if (!taken || !setup) return;
  if (setup.secret) account.authenticator = { secret: setup.secret, lastStep: play.totpStep() };
  if (setup.phone && setup.phone !== account.phone) account.phoneSignsIn = false;
  account.asksFor(setup.factor);
  account.phone = setup.phone ?? account.phone;
  if (setup.backupCodes) account.hasBackupCodes(setup.backupCodes);
  account.setup = undefined;
  session.provenBy.push(taken.method);
  session.markedAt = account.now();
  account.happens('second factor switched on', { own: session, by: taken.method });
}

async function disable(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const session = await whichYat(play, chance);
  if (!session) return;
  const may = isFresh(account, session);
  const { status } = await stage.yat.post('/account/2fa/disable', {}, session.held.access);
  play.agree('the second factor to be taken away (yat)', status === 200, may, session);
  if (may) takenAway(play);
}

/** By who has lost it, with a backup code. */
async function disableByBackup(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const { backupCodes = [], formerBackupCodes } = account;
  const code = chance.of(chance.in(70) ? backupCodes : formerBackupCodes) ?? 'aaaa-bbbb';
  const may = !account.disabled && backupCodes.includes(code);
  const shown = { email: account.email, backup_code: code };
  const { status } = await stage.yat.post('/account/2fa/backup_disable', shown);
  play.agree('a backup code that takes the factor away (yat)', status === 200, may);
  if (!may) return;
  for (const attempt of account.attempts)
    if (attempt.purpose === 'second_factor') attempt.over ??= 'another was right';
  takenAway(play);
}

function takenAway({ account }: Play): void {
  const had = account.factor !== 'none';
  account.asksFor('none');
  account.forgetsFactor();
  if (had) account.happens('second factor taken away');
}

export const yatFactors: Step[] = [
  { name: 'yat: set a factor up', weight: 3, when: hasYat, run: enable },
  {
    name: 'yat: confirm the set-up',
    weight: 8,
    when: (account) => hasYat(account) && account.setup !== undefined,
    run: confirm,
  },
  { name: 'yat: take the factor away', when: hasYat, run: disable },
  {
    name: 'yat: take it away by a backup code',
    weight: 2,
    when: ({ backupCodes, formerBackupCodes }) => (backupCodes ?? formerBackupCodes).length > 0,
    run: disableByBackup,
  },
];
