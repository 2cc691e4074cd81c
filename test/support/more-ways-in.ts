import { AccountsService } from '@app/administration';
import { DfnsClient } from './dfns-client.js';
import { DocspaceClient } from './docspace-client.js';
import { giveKeys } from './given-keys.js';
import { NavixyClient } from './navixy-client.js';
import type { TestApp } from './test-app.js';
import { WachtClient } from './wacht-client.js';
import { mailed, wachtWay, yatWay, type WayIn } from './ways-in.js';
import { YatClient } from './yat-client.js';

const BACKUP_CODE = 'k7mq-3x9p';

/** As `Approach`, in this process. */
export type AppApproach = (app: TestApp, email: string) => Promise<WayIn>;

const refreshed: AppApproach = async (app, email) => {
  const client = new YatClient(app);
  const { refresh_token } = (await client.signIn(email)).body;
  return yatWay(client, () => client.refresh(refresh_token));
};

/** What the password alone does not do, and what goes on with a session that is there, of accounts without a second factor. */
export const MORE_WAYS_IN: Record<string, AppApproach> = {
  'a docspace key by mail': async (app, email) => {
    const { key } = await app.mailKey(email);
    const client = new DocspaceClient(app);
    const send = () => client.call('POST', '/authentication', { confirmData: { key } });
    return docspaceWay(client, send, ({ body }) => body.response?.['token']);
  },

  'a yat code by mail': async (app, email) => {
    const client = new YatClient(app);
    const code = await mailed(app, email, /\b\d{6}\b/, () => client.post('/auth/magic_link', { email }));
    return yatWay(client, () => client.post('/auth/magic_link/token', { code, email }));
  },

  'a yat refresh': refreshed,

  'a dfns key': async (app, email) => {
    const client = new DfnsClient(app);
    const { id } = await app.nest.get(AccountsService).find(email);
    const { key } = await giveKeys(app, id);
    const { body } = await client.post('/auth/login/init', { username: email });
    const { challenge = '', challengeIdentifier } = body as Record<string, string>;
    const firstFactor = key.firstFactor(challenge);
    let token = 'none';
    return {
      send: async () => {
        const { body: answer } = await client.post('/auth/login', { challengeIdentifier, firstFactor });
        token = answer.token ?? 'none';
      },
      isIn: async () => (await client.call('PUT', '/auth/logout', undefined, token)).status === 200,
    };
  },
};

/** What goes on with a session that was there before. */
export const SESSIONS: Record<string, AppApproach> = {
  'a yat refresh': refreshed,

  'a new life of a navixy session': async (app, email) => {
    const client = new NavixyClient(app);
    const { hash } = (await client.signIn(email)).body;
    return {
      send: () => client.post('/user/session/renew', undefined, hash),
      isIn: async () => (await client.post('/user/get_info', undefined, hash)).status === 200,
    };
  },
};

/** The second step of accounts whose second factor is the mailbox. */
export const SECOND_STEPS: Record<string, AppApproach> = {
  'a navixy code': async (app, email) => {
    const client = new NavixyClient(app);
    const { hash, code } = await client.pending(email);
    let fresh = '0';
    return {
      send: async () => (fresh = (await client.verify(hash, code)).body.hash || '0'),
      isIn: async () => (await client.post('/user/get_info', undefined, fresh)).status === 200,
    };
  },

  'a docspace password and code': async (app, email) => {
    const client = new DocspaceClient(app);
    const code = await mailed(app, email, /\b\d{6}\b/, () => client.signIn(email));
    return docspaceWay(
      client,
      () => client.verify(email, code),
      ({ body }) => body.response?.['token'],
    );
  },

  'the key of a docspace step': async (app, email) => {
    const client = new DocspaceClient(app);
    let confirm = '';
    const code = await mailed(app, email, /\b\d{6}\b/, async () => {
      const { confirmUrl } = (await client.signIn(email)).body.response;
      confirm = new URL(String(confirmUrl)).search.slice(1);
    });
    const send = () => client.call('POST', '/settings/tfaapp/validate', { code }, { confirm });
    return docspaceWay(client, send, ({ cookies }) => cookies['asc_auth_key']);
  },

  'a yat code': async (app, email) => {
    const client = new YatClient(app);
    let refreshToken = '';
    const code = await mailed(app, email, /\b\d{6}\b/, async () => {
      refreshToken = (await client.signIn(email)).body.refresh_token;
    });
    return yatWay(client, () => client.confirm(refreshToken, code));
  },

  'a wacht code after the password': async (app, email) => {
    const client = new WachtClient(app);
    const { id } = await client.signInWithPassword(email);
    const code = await mailed(app, email, /\b\d{6}\b/, () => client.prepare(id));
    return wachtWay(client, () => client.verify(id, code));
  },
};

/** Guesses that are shown and not sent, for which an attempt is opened: wrong ones. */
export const SHOWN_CODES: Record<string, AppApproach> = {
  'a backup code shown to yat': async (app, email) => {
    const client = new YatClient(app);
    const { refresh_token } = (await client.signIn(email)).body;
    return yatWay(client, () => client.confirm(refresh_token, BACKUP_CODE));
  },

  'a backup code shown to wacht': async (app, email) => {
    const client = new WachtClient(app);
    const { id } = await client.signInWithPassword(email);
    return wachtWay(client, () => client.verify(id, BACKUP_CODE));
  },

  'a backup code shown to docspace': async (app, email) => {
    const client = new DocspaceClient(app);
    return docspaceWay(
      client,
      () => client.verify(email, BACKUP_CODE),
      () => 'none',
    );
  },
};

function docspaceWay<Answer>(
  client: DocspaceClient,
  send: () => Promise<Answer>,
  tokenOf: (answer: Answer) => unknown,
): WayIn {
  let token = 'none';
  return {
    send: async () => (token = String(tokenOf(await send()))),
    isIn: () => client.isGood({ Authorization: token }),
  };
}
