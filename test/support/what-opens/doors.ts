import type { AccountEvent } from '@app/kernel';
import { Authenticator } from '../authenticator.js';
import type { WachtClient } from '../wacht-client.js';
import { claimsOf } from '../yat-client.js';
import { credentialsOf } from './credentials.js';
import { invited, newcomer, registered, texted } from './newcomers.js';
import { openFor, recover, resetToken } from './open.js';
import { freshCode, person, type Person, type Subject } from './person.js';
import { pendingOf, sessionsOf } from './sessions.js';
import { NEW_PASSWORD, type World } from './world.js';

/** Where an event happens to somebody. */
export interface Door {
  how: string;
  /** To whom. */
  who(world: World): Promise<Subject>;
  /** Does it; answers which session did it, or is the one that it ends. */
  pass(world: World, who: Subject): Promise<string | void>;
}

/** Somebody with everything that there is with an authenticator, or without one. */
const everything = (withAuthenticator: boolean) => async (world: World) => {
  const made = await person(world, withAuthenticator);
  const sessions = await sessionsOf(world, made);
  const pending = await pendingOf(world, made);
  const { open, login, setUp } = await openFor(world, made);
  const credentials = credentialsOf(world, made);
  made.samples = [...open, ...sessions, ...pending, ...login, ...credentials, ...setUp];
  return made;
};

/** Who there is, by what they have. */
export const PEOPLE = {
  plain: everything(false),
  guarded: everything(true),
  newcomer,
  invited,
  registered,
  texted,
};
const { plain, guarded } = PEOPLE;

/** The event, for somebody with an authenticator and all keys, and for somebody who may have the first key by mail. */
const forBoth = (how: string, pass: Door['pass']): Door[] => [
  { how: `${how}, of somebody with everything`, who: guarded, pass },
  { how: `${how}, of somebody without a key`, who: newcomer, pass },
];

const changePassword: Door['pass'] = async (world, who) => {
  await world.yat.call('PATCH', '/account', { password: NEW_PASSWORD }, who.token);
  who.password = NEW_PASSWORD;
  return 'own';
};

const resetPassword: Door['pass'] = async (world, who) => {
  const token = await resetToken(world, who.email);
  await world.wacht().post('/auth/reset-password', { token, password: NEW_PASSWORD });
  who.password = NEW_PASSWORD;
};

const proveMailbox: Door['pass'] = async (world, { email }) => {
  const ask = () => world.yat.post('/auth/magic_link', { email });
  const token = /magic-link\?token=([\w-]+)/.exec(await world.mailed(email, ask))?.[1];
  await world.yat.post('/auth/magic_link/token', { token });
};

const connectAuthenticator: Door['pass'] = async (world, who) => {
  const body = { provider: 'GoogleAuthenticator' };
  const secret = (await world.yat.post('/account/2fa/enable', body, who.token)).body.ga_secret as string;
  who.authenticator = new Authenticator(world.app, secret);
  await world.yat.post('/account/2fa/confirm', { code: freshCode(world, who.authenticator) }, who.token);
  return 'own';
};

const connectTexts: Door['pass'] = async (world, who) => {
  const phone = world.phone();
  world.tick();
  await world.yat.post('/account/2fa/enable', { provider: 'SMS', phone }, who.token);
  await world.yat.post('/account/2fa/confirm', { code: await world.app.mailbox.code(phone) }, who.token);
  who.authenticator = undefined;
  who.texts = phone;
  return 'own';
};

const renewAuthenticator: Door['pass'] = async ({ docspace }, who) => {
  await docspace.authorized('PUT', '/settings/tfaappnewapp', who.docspaceToken ?? '', {});
  who.authenticator = undefined;
  who.awaitsSetUp = true;
};

const removeFactor: Door['pass'] = async ({ yat }, who) => {
  await yat.post('/account/2fa/disable', { provider: 'GoogleAuthenticator' }, who.token);
  who.authenticator = undefined;
};

const operatorRemovesFactor: Door['pass'] = async (world, who) => {
  await world.cli('account', 'second-factor', who.email, 'none');
  who.authenticator = undefined;
};

const completeRecovery: Door['pass'] = async (world, who) => {
  world.tick();
  await recover(world, who as Person, await world.people.recoveryChallenge(who as Person));
  await world.completeDue();
};

/** Nothing opens an account that is disabled; what the event has ended shows when it is enabled again. */
const disable: Door['pass'] = async (world, { email, password }) => {
  await world.cli('account', 'disable', email);
  const { status } = await world.navixy.signIn(email, password);
  if (status === 200) throw new Error('a disabled account is entered');
  await world.cli('account', 'enable', email);
};

/** The same of one that is to be deleted; it opens again when it is restored. */
const askDeletion: Door['pass'] = async (world, { email, password }) => {
  await world.cli('account', 'delete', email);
  const { status } = await world.navixy.signIn(email, password);
  if (status === 200) throw new Error('an account that is to be deleted is entered');
  await world.cli('account', 'restore', email);
};

const letGo: Door['pass'] = async (world, who) => {
  const client = world.wacht();
  await signInWithWacht(world, client, who);
  const { status } = await client.post('/me/delete', { current_password: who.password });
  if (status !== 200) throw new Error(`the owner is not let go: ${status}`);
  await world.cli('account', 'restore', who.email);
};

const deleteNow: Door['pass'] = async (world, { email }) => {
  await world.cli('account', 'delete', email, '--now');
};

const revokeOne: Door['pass'] = async (world, { yatToken = '' }) => {
  await world.cli('session', 'revoke', String(claimsOf(yatToken)['sid']));
  return 'yat';
};

const changeEmail: Door['pass'] = async (world, who) => {
  const email = `moved-${world.number()}@example.com`;
  const ask = () => world.yat.call('PATCH', '/account', { email }, who.token);
  const token = /confirm-email\?token=([\w-]+)/.exec(await world.mailed(email, ask))?.[1] ?? '';
  await world.press('/confirm-email', { token });
  who.email = email;
};

const changePhone: Door['pass'] = async (world, who) => {
  const client = world.wacht();
  await signInWithWacht(world, client, who);
  const phone_number = world.phone();
  const { id } = (await client.post('/me/phone-numbers', { phone_number })).body.data;
  const text = await world.mailed(phone_number, () =>
    client.post(`/me/phone-numbers/${id}/prepare-verification`),
  );
  const code = /\b\d{6}\b/.exec(text)?.[0];
  await client.post(`/me/phone-numbers/${id}/attempt-verification`, { code });
};

/** With somebody who has the session that is left. */
const leave = (session: string, who: Door['who']): Door => ({
  how: `the session ${session}`,
  who,
  pass: async (_world, { leave }) => {
    await leave?.[session]?.();
    return session;
  },
});

const replay: Door['pass'] = async (world, who) => {
  const used = who.refreshToken ?? '';
  who.refreshToken = (await world.yat.refresh(used)).body.refresh_token;
  world.tick(30);
  await world.yat.refresh(used);
  return 'refreshed';
};

const signUpOver: Door['pass'] = async (world, { email }) => {
  const client = world.wacht();
  const { id } = await client.signUp({ email, password: NEW_PASSWORD });
  const text = await world.mailed(email, () => client.prepareSignUp(id));
  await client.verifySignUp(id, /\b\d{6}\b/.exec(text)?.[0] as string);
};

const signInWithWacht = async (world: World, client: WachtClient, who: Subject): Promise<void> => {
  const { id } = await client.signInWithPassword(who.email, who.password);
  if (who.authenticator) await client.verify(id, freshCode(world, who.authenticator));
};

const cli =
  (...words: string[]): Door['pass'] =>
  async (world, { email }) => {
    const [group = '', deed = '', ...rest] = words;
    await world.cli(group, deed, email, ...rest);
  };

export const DOORS: Record<AccountEvent, Door[]> = {
  password_changed: forBoth('PATCH /account', changePassword),
  password_reset: forBoth('POST /auth/reset-password', resetPassword),
  password_set_by_operator: forBoth('account password', async (world, who) => {
    await world.cli('account', 'password', who.email, '--password-stdin');
    who.password = NEW_PASSWORD;
  }),
  registered_mailbox_proven: [{ how: 'a magic link', who: registered, pass: proveMailbox }],
  invited_mailbox_proven: [
    { how: 'a magic link', who: invited, pass: proveMailbox },
    {
      how: 'the key of the invitation',
      who: invited,
      pass: async ({ docspace }, { invitation: confirmData }) => {
        await docspace.call('POST', '/authentication', { confirmData });
      },
    },
  ],
  authenticator_connected: [
    { how: 'the first one', who: plain, pass: connectAuthenticator },
    { how: 'in the place of texts', who: texted, pass: connectAuthenticator },
    ...forBoth('in the place of another', connectAuthenticator),
  ],
  texts_connected: [
    { how: 'the first one', who: plain, pass: connectTexts },
    ...forBoth('in the place of an authenticator', connectTexts),
  ],
  factor_chosen: [{ how: 'PUT /settings/tfaappnewapp', who: guarded, pass: renewAuthenticator }],
  factor_removed: [
    { how: 'an authenticator', who: guarded, pass: removeFactor },
    { how: 'texts', who: texted, pass: removeFactor },
  ],
  factor_set_by_operator: [
    ...forBoth('account second-factor', operatorRemovesFactor),
    { how: 'account second-factor, of an invited account', who: invited, pass: operatorRemovesFactor },
    { how: 'account second-factor, of one with texts', who: texted, pass: operatorRemovesFactor },
  ],
  phone_set_by_operator: forBoth('account phone', (world, { email }) =>
    world.cli('account', 'phone', email, world.phone()).then(() => undefined),
  ),
  email_changed: forBoth('the link of PATCH /account', changeEmail),
  phone_changed: forBoth('POST /me/phone-numbers', changePhone),
  recovery_completed: [{ how: 'POST /auth/recover/user', who: guarded, pass: completeRecovery }],
  account_disabled: [
    ...forBoth('account disable', disable),
    { how: 'account disable, of an invited account', who: invited, pass: disable },
  ],
  deletion_asked: [
    ...forBoth('account delete, restored', askDeletion),
    ...forBoth('POST /me/delete, restored', letGo),
  ],
  sessions_revoked: forBoth('session revoke', cli('session', 'revoke')),
  signed_out_everywhere: forBoth('POST /logout', async ({ yat }, { token }) => {
    await yat.post('/logout', undefined, token);
  }),
  signed_out_elsewhere: forBoth('POST /me/signins/signout-others', async (world, who) => {
    const client = world.wacht();
    await signInWithWacht(world, client, who);
    await client.post('/me/signins/signout-others');
  }),
  signed_out_here: [
    leave('waiting with yat', guarded),
    ...['navixy', 'docspace', 'wacht', 'dfns'].map((protocol) => leave(protocol, plain)),
  ],
  session_revoked: [{ how: 'session revoke', who: plain, pass: revokeOne }],
  refresh_replayed: [{ how: 'POST /auth/token/refresh', who: plain, pass: replay }],
  account_deleted: [
    ...forBoth('account delete --now', deleteNow),
    { how: 'account delete --now, of somebody whom nobody has proven', who: registered, pass: deleteNow },
  ],
  invited_over: [
    {
      how: 'account invite',
      who: registered,
      pass: (world, { email }) => world.cli('account', 'invite', '--email', email).then(() => undefined),
    },
  ],
  signed_up_over: [{ how: 'POST /auth/attempt-verification', who: registered, pass: signUpOver }],
};
