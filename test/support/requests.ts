import { AccountsService } from '@app/administration';
import { Outbox } from '@app/delivery';
import { DfnsClient } from './dfns-client.js';
import { DocspaceClient } from './docspace-client.js';
import { NEW_PASSWORD } from './events.js';
import { giveKeys } from './given-keys.js';
import { NavixyClient } from './navixy-client.js';
import { PASSWORD, type TestApp } from './test-app.js';
import { until } from './until.js';
import { WachtClient } from './wacht-client.js';
import { mailed } from './ways-in.js';
import { YatClient } from './yat-client.js';

/** A code or link that is ready to be asked for. */
export interface Request {
  send(): Promise<unknown>;
  /** Whether what was sent, if anything was, is taken now. */
  isTaken(): Promise<boolean>;
}

/** Does everything up to the call that asks. */
export type Asking = (app: TestApp, email: string) => Promise<Request>;

const SIX_DIGITS = /\b\d{6}\b/;
const SIXTEEN_DIGITS = /\b\d{4}(?:-\d{4}){3}\b/;
const TOKEN = /(?<!not-me\?)token=([\w-]+)/;

/** Of accounts without a second factor, by whoever names them. */
export const REQUESTS: Record<string, Asking> = {
  'a magic link of yat': async (app, email) => {
    const client = new YatClient(app);
    const send = () => client.post('/auth/magic_link', { email });
    return asked(app, email, TOKEN, send, (token) => client.post('/auth/magic_link/token', { token }));
  },

  'a code of wacht': async (app, email) => {
    const client = new WachtClient(app);
    const { id } = await client.signIn({ strategy: 'email_otp', email });
    return asked(
      app,
      email,
      SIX_DIGITS,
      () => client.prepare(id),
      (code) => client.verify(id, code),
    );
  },

  'a link to a new password': async (app, email) => {
    const client = new WachtClient(app);
    const send = () => client.post('/auth/forgot-password', { email });
    const use = (token: string) => client.post('/auth/reset-password', { token, password: NEW_PASSWORD });
    return asked(app, email, TOKEN, send, use);
  },

  'a recovery code': async (app, email) => {
    const client = new DfnsClient(app);
    const { recoveryKey } = await giveKeys(app, await idOf(app, email));
    const use = (code: string) => client.recoveryInit(email, code, recoveryKey.credId);
    return asked(app, email, SIXTEEN_DIGITS, () => client.recoveryCode(email), use);
  },
};

/** Of accounts whose second factor is the mailbox, by whoever has proven the first or names them. */
export const REQUESTS_OF_SECOND: Record<string, Asking> = {
  'a login code of dfns': async (app, email) => {
    const client = new DfnsClient(app);
    await giveKeys(app, await idOf(app, email));
    const send = () => client.post('/auth/login/code', { username: email });
    const use = (loginCode: string) => client.post('/auth/login/init', { username: email, loginCode });
    return asked(app, email, SIXTEEN_DIGITS, send, use);
  },

  'a code of docspace, sent again': async (app, email) => {
    const client = new DocspaceClient(app);
    await mailed(app, email, SIX_DIGITS, () => client.signIn(email));
    const send = () =>
      client.call('POST', '/authentication/sendsms', { userName: email, password: PASSWORD });
    return asked(app, email, SIX_DIGITS, send, (code) => client.verify(email, code));
  },
};

/** The same within a session that waits for the code: none of them is sent in one that has ended. */
export const REQUESTS_IN_SESSION: Record<string, Asking> = {
  'a code of navixy, sent again': async (app, email) => {
    const client = new NavixyClient(app);
    const { hash } = await client.pending(email);
    return asked(
      app,
      email,
      SIX_DIGITS,
      () => client.resend(hash),
      (code) => client.verify(hash, code),
    );
  },

  'a code of yat, sent again': async (app, email) => {
    const client = new YatClient(app);
    let tokens = { access_token: '', refresh_token: '' };
    await mailed(app, email, SIX_DIGITS, async () => (tokens = (await client.signIn(email)).body));
    const send = () => client.post('/account/2fa/sms_code', undefined, tokens.access_token);
    return asked(app, email, SIX_DIGITS, send, (code) => client.confirm(tokens.refresh_token, code));
  },

  'a code of wacht after the password': async (app, email) => {
    const client = new WachtClient(app);
    const { id } = await client.signInWithPassword(email);
    return asked(
      app,
      email,
      SIX_DIGITS,
      () => client.prepare(id),
      (code) => client.verify(id, code),
    );
  },
};

/** `use`: shows what was found in what has been sent since now. */
function asked(
  app: TestApp,
  to: string,
  pattern: RegExp,
  send: () => Promise<unknown>,
  use: (secret: string) => Promise<{ status: number }>,
): Request {
  const before = app.mailbox.count(to);
  const isTaken = async () => {
    const outbox = app.nest.get(Outbox);
    const isEmpty = async () => (await outbox.backlog(app.clock.now())).messages === 0;
    await until(isEmpty, 'an outbox without messages');
    const since = app.mailbox.messages(to).slice(0, app.mailbox.count(to) - before);
    const [secret] = since.flatMap(({ text }) => pattern.exec(text)?.slice(-1) ?? []);
    return secret !== undefined && (await use(secret)).status < 300;
  };
  return { send, isTaken };
}

const idOf = async (app: TestApp, email: string) => (await app.nest.get(AccountsService).find(email)).id;
