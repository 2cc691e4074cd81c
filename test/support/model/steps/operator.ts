import { AccountDeletion, AccountsService, MailedKeysService, SessionsService } from '@app/administration';
import { Outbox } from '@app/delivery';
import type { SecondFactor } from '@app/accounts';
import type { Chance, Play, Step } from '../play.js';
import { LIFE } from './sessions.js';

const found = ({ stage: { app }, account }: Play) => app.nest.get(AccountsService).find(account.id);

async function disable(play: Play): Promise<void> {
  const { app } = play.stage;
  await app.nest.get(AccountsService).disable(app.operatorCall(), await found(play));
  play.account.disabled = true;
  play.account.reopens = false;
  play.account.happens('account disabled');
}

async function enable(play: Play): Promise<void> {
  const { app } = play.stage;
  await app.nest.get(AccountsService).enable(app.operatorCall(), await found(play));
  play.account.disabled = false;
}

async function askDeletion({ stage: { app }, account }: Play): Promise<void> {
  if (!(await app.nest.get(AccountDeletion).ask(app.operatorCall(), account.id)))
    throw new Error('it was to be deleted already');
  account.reopens = !account.disabled;
  Object.assign(account, { disabled: true, deleting: true });
  account.happens('account to be deleted');
}

async function restore({ stage: { app }, account }: Play): Promise<void> {
  const restored = await app.nest.get(AccountDeletion).restore(app.operatorCall(), account.id);
  if (restored !== (account.reopens ? 'open' : 'disabled')) throw new Error(`it is ${restored} again`);
  Object.assign(account, { disabled: restored === 'disabled', deleting: false });
}

async function revokeAll({ stage: { app }, account }: Play): Promise<void> {
  const ended = await app.nest.get(SessionsService).revokeAll(app.operatorCall(), account.id);
  const live = [...account.live('pending'), ...account.live('signed_in')].length;
  if (ended !== live) throw new Error(`${ended} sessions were revoked, and ${live} should have been live`);
  account.happens('sessions revoked');
}

async function changeFactor(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const factors: SecondFactor[] = ['none', 'email', 'totp', ...(account.phone ? (['sms'] as const) : [])];
  const to = chance.of(factors) ?? 'none';
  const accounts = stage.app.nest.get(AccountsService);
  const { otpauthUri } = await accounts.changeSecondFactor(stage.app.operatorCall(), await found(play), to);
  account.asksFor(to);
  account.forgetsFactor();
  const secret = otpauthUri && new URL(otpauthUri).searchParams.get('secret');
  if (secret) account.authenticator = { secret, lastStep: 0 };
  account.happens('second factor changed by an operator');
}

async function changePhone(play: Play, chance: Chance): Promise<void> {
  const { account, stage } = play;
  const phone = account.factor === 'sms' || chance.in(60) ? account.ownPhone : null;
  const accounts = stage.app.nest.get(AccountsService);
  await accounts.changePhone(stage.app.operatorCall(), await found(play), phone);
  account.phone = phone ?? undefined;
  account.phoneSignsIn = phone !== null;
  account.happens('phone changed by an operator');
}

async function mailKey(play: Play): Promise<void> {
  const { account, stage } = play;
  const { app } = stage;
  const keys = app.nest.get(MailedKeysService);
  const { found: secret } = await stage.mails.sentBy(account.email, /[?&]key=([\w-]+)/, async () => {
    await keys.send(app.operatorCall(), await found(play));
    app.nest.get(Outbox).wake();
  });
  for (const attempt of account.attempts) if (attempt.purpose === 'sign_in_key') attempt.over ??= 'sent anew';
  for (const session of account.live('pending'))
    if (session.held.protocol === 'docspace' && session.provenBy[0] === 'email') session.over ??= 'sent anew';
  account.opens({
    purpose: 'sign_in_key',
    kind: 'link',
    method: 'email',
    protocol: 'docspace',
    secret,
    life: LIFE.link,
  });
}

const mayHaveKey = ({ disabled, factor, activated }: Play['account']) =>
  !disabled && activated && factor !== 'email';

export const operator: Step[] = [
  { name: 'operator: disable', run: disable },
  {
    name: 'operator: enable',
    weight: 6,
    when: ({ disabled, deleting }) => disabled && !deleting,
    run: enable,
  },
  { name: 'operator: delete', when: ({ deleting }) => !deleting, run: askDeletion },
  { name: 'operator: restore', weight: 6, when: ({ deleting }) => deleting, run: restore },
  { name: 'operator: revoke all sessions', run: revokeAll },
  { name: 'operator: second factor', weight: 2, when: ({ activated }) => activated, run: changeFactor },
  { name: 'operator: phone', weight: 2, when: ({ activated }) => activated, run: changePhone },
  { name: 'operator: mail a key', weight: 2, when: mayHaveKey, run: mailKey },
  ...[30, 301, 901].map((seconds) => ({
    name: `${seconds} seconds pass`,
    run: (play: Play) => Promise.resolve(play.pass(seconds)),
  })),
];
