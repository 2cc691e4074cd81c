import { AccountDeletion, AccountsService, SessionsService } from '@app/administration';
import { Authenticator } from './authenticator.js';
import { DfnsClient } from './dfns-client.js';
import { DfnsPeople } from './dfns-people.js';
import { DocspaceClient } from './docspace-client.js';
import { giveKeys } from './given-keys.js';
import { SoftwareKey } from './software-authenticator.js';
import type { TestApp } from './test-app.js';
import { WachtClient } from './wacht-client.js';
import { mailed } from './ways-in.js';
import { YatClient } from './yat-client.js';

export const NEW_PASSWORD = 'gelbe Kanne im Schnee 7';

/** Does everything up to the call that is the event, and answers that. */
export type Event = (app: TestApp, email: string) => Promise<() => Promise<unknown>>;

const accessToken = async (app: TestApp, email: string) =>
  (await new YatClient(app).signIn(email)).body.access_token;
const account = (app: TestApp, email: string) => app.nest.get(AccountsService).find(email);

/** What ends every session that was there before, for accounts of whatever second factor. */
export const EVENTS: Record<string, Event> = {
  'a reset of the password': async (app, email) => {
    const ask = () => new WachtClient(app).post('/auth/forgot-password', { email });
    const { secondFactor, phone } = await account(app, email);
    // Where the mailbox is the second factor, the link does not go to it.
    const to = secondFactor === 'email' ? String(phone) : email;
    const token = await mailed(app, to, /(?<!not-me\?)token=([\w-]+)/, ask);
    return () => new WachtClient(app).post('/auth/reset-password', { token, password: NEW_PASSWORD });
  },
  'an operator who disables the account': async (app, email) => {
    const found = await account(app, email);
    return () => app.nest.get(AccountsService).disable(app.operatorCall(), found);
  },
  'an operator who has the account deleted': async (app, email) => {
    const { id } = await account(app, email);
    return () => app.nest.get(AccountDeletion).ask(app.operatorCall(), id);
  },
  'an operator who deletes the account at once': async (app, email) => {
    const { id } = await account(app, email);
    return () => app.nest.get(AccountDeletion).ask(app.operatorCall(), id, 0);
  },
  'an operator who revokes all sessions': async (app, email) => {
    const { id } = await account(app, email);
    return () => app.nest.get(SessionsService).revokeAll(app.operatorCall(), id);
  },
  'a recovery': async (app, email) => {
    const dfns = new DfnsClient(app);
    const { recoveryKey } = await giveKeys(app, (await account(app, email)).id);
    const ticket = await new DfnsPeople(app, dfns).recoveryChallenge({ email, recoveryKey });
    const newCredentials = { firstFactorCredential: new SoftwareKey().create(ticket.challenge) };
    const body = { recovery: recoveryKey.recover(newCredentials), newCredentials };
    return () => dfns.post('/auth/recover/user', body, ticket.temporaryAuthenticationToken);
  },
};

/** The same, by somebody who is signed in to an account without a second factor. */
export const EVENTS_OF_OWNERS: Record<string, Event> = {
  'a change of the password': async (app, email) => {
    const token = await accessToken(app, email);
    return () => new YatClient(app).call('PATCH', '/account', { password: NEW_PASSWORD }, token);
  },
  'a sign-out everywhere': async (app, email) => {
    const token = await accessToken(app, email);
    return () => new YatClient(app).post('/logout', undefined, token);
  },
  /** Ends those that were not proven by it: all, here. */
  'a second factor that is switched on': async (app, email) => {
    const yat = new YatClient(app);
    const token = await accessToken(app, email);
    const { body } = await yat.post('/account/2fa/enable', { provider: 'GoogleAuthenticator' }, token);
    const code = new Authenticator(app, body.ga_secret as string).code();
    return () => yat.post('/account/2fa/confirm', { code }, token);
  },
};

/** By somebody who has proven the second factor, a code by mail. */
export const EVENTS_OF_PROVEN: Record<string, Event> = {
  'a second factor that is taken away': async (app, email) => {
    const yat = new YatClient(app);
    let pending = '';
    const code = await mailed(app, email, /\b\d{6}\b/, async () => {
      pending = (await yat.signIn(email)).body.refresh_token;
    });
    const { access_token } = (await yat.confirm(pending, code)).body;
    return () => yat.post('/account/2fa/disable', {}, access_token);
  },
};

/** A step of docspace that puts an authenticator to use. It is chosen before, which ends all but the sessions that are signed in. */
export const connectedByStep: Event = async (app, email) => {
  const docspace = new DocspaceClient(app);
  const token = String((await docspace.signIn(email)).body.response['token']);
  const page = await docspace.authorized<string>('PUT', '/settings/tfaappwithlink', token, { type: 'App' });
  const confirm = new URL(page.body.response).search.slice(1);
  const setUp = await docspace.call<{ manualEntryKey: string }>('GET', '/settings/tfaapp/setup', undefined, {
    confirm,
  });
  const code = new Authenticator(app, setUp.body.response.manualEntryKey).code();
  return () => docspace.call('POST', '/settings/tfaapp/validate', { code }, { confirm });
};

export const PHONE_EVENTS: Record<string, Event> = {
  'an operator who changes the phone': async (app, email) => {
    const found = await account(app, email);
    const phone = `+49151${found.id.slice(-8)}`;
    return () => app.nest.get(AccountsService).changePhone(app.operatorCall(), found, phone);
  },
};

/** Leave sessions that were there before: what has only to commit was there. */
export const MILDER_EVENTS: Record<string, Event> = {
  'an operator who asks for a second factor': async (app, email) => {
    const found = await account(app, email);
    return () => app.nest.get(AccountsService).changeSecondFactor(app.operatorCall(), found, 'totp');
  },
  'an owner who chooses a second factor': async (app, email) => {
    const docspace = new DocspaceClient(app);
    const token = String((await docspace.signIn(email)).body.response['token']);
    return () => docspace.authorized('PUT', '/settings/tfaapp', token, { type: 'App' });
  },
  ...PHONE_EVENTS,
};
