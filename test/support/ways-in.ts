import { DocspaceClient } from './docspace-client.js';
import { NavixyClient } from './navixy-client.js';
import { PASSWORD, type Service } from './test-app.js';
import { WachtClient } from './wacht-client.js';
import { YatClient } from './yat-client.js';

/** One sign-in that is ready to be sent. */
export interface WayIn {
  send(): Promise<unknown>;
  /** Whether anything that it was answered is good for anything now. */
  isIn(): Promise<boolean>;
}

/** Makes everything up to the call that yields a session. */
export type Approach = (app: Service, email: string, password?: string) => Promise<WayIn>;

/** The sign-ins of accounts without a second factor, by protocol and first factor. */
export const WAYS_IN: Record<string, Approach> = {
  'a navixy password': async (app, email, password = PASSWORD) => {
    const client = new NavixyClient(app);
    let hash = '';
    return {
      send: async () => (hash = (await client.signIn(email, password)).body.hash),
      isIn: async () => (await client.post('/user/get_info', undefined, hash || '0')).status === 200,
    };
  },

  'a docspace password': async (app, email, password = PASSWORD) => {
    const client = new DocspaceClient(app);
    let token = '';
    return {
      send: async () => (token = String((await client.signIn(email, password)).body.response?.['token'])),
      isIn: () => client.isGood({ Authorization: token }),
    };
  },

  'a yat password': async (app, email, password = PASSWORD) => {
    const client = new YatClient(app);
    return yatWay(client, () => client.signIn(email, password));
  },

  'a yat magic link': async (app, email) => {
    const client = new YatClient(app);
    const token = await mailedLink(app, email);
    return yatWay(client, () => client.post('/auth/magic_link/token', { token }));
  },

  'a wacht password': async (app, email, password = PASSWORD) => {
    const client = new WachtClient(app);
    await client.session();
    return wachtWay(client, () => client.signInWithPassword(email, password));
  },

  'a wacht code by mail': async (app, email) => {
    const client = new WachtClient(app);
    const { id, code } = await client.begun(email);
    return wachtWay(client, () => client.verify(id, code));
  },

  'a wacht link by mail': async (app, email) => {
    const client = new WachtClient(app);
    const { id } = await client.signIn({ strategy: 'magic_link', email });
    const token = await mailed(app, email, /(?<!not-me\?)token=([\w-]+)/, () => client.prepare(id));
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Cookie: client.cookie as string };
    const confirm = () =>
      fetch(`${app.url}/magic-link`, { method: 'POST', headers, body: new URLSearchParams({ token }) });
    return wachtWay(client, confirm);
  },
};

/** What the pattern finds in the mail that this sends. */
export async function mailed(
  app: Service,
  email: string,
  pattern: RegExp,
  send: () => Promise<unknown>,
): Promise<string> {
  return (await app.mailbox.sentBy(email, pattern, send)).found;
}

/** The token of a fresh magic link of yat. */
export function mailedLink(app: Service, email: string): Promise<string> {
  const ask = () => new YatClient(app).post('/auth/magic_link', { email });
  return mailed(app, email, /magic-link\?token=([\w-]+)/, ask);
}

export function yatWay(client: YatClient, send: () => ReturnType<YatClient['signIn']>): WayIn {
  let tokens = { access_token: 'none', refresh_token: 'none' };
  return {
    send: async () => (tokens = { ...tokens, ...(await send()).body }),
    isIn: async () => {
      if ((await client.account(tokens.access_token)).status === 200) return true;
      // One that waits for a second factor is refreshed as well, and is not in.
      const { status, body } = await client.refresh(tokens.refresh_token);
      return status === 200 && (await client.account(body.access_token)).status === 200;
    },
  };
}

export function wachtWay(client: WachtClient, send: () => Promise<unknown>): WayIn {
  return { send, isIn: async () => (await client.session()).body.session.signins.length > 0 };
}
