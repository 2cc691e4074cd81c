import { DfnsClient } from './dfns-client.js';
import { DfnsPeople, ORG } from './dfns-people.js';
import { DocspaceClient } from './docspace-client.js';
import { NavixyClient } from './navixy-client.js';
import type { TestApp } from './test-app.js';
import { WachtClient } from './wacht-client.js';
import { YatClient } from './yat-client.js';

/** What somebody holds who has signed in, and how it is shown to a service in front: its header. */
export interface Held {
  /** The account's. */
  uuid: string;
  protocol: string;
  /** How they signed in. */
  amr: string[];
  token: string;
  /** Absent for what is shown to this service alone. */
  header?: Record<string, string>;
  /** Signs out of what the credential is of. */
  end(): Promise<unknown>;
}

/** Each credential that a protocol hands out, of somebody new. */
export const HELD: Record<string, (app: TestApp) => Promise<Held>> = {
  'a navixy hash': async (app) => {
    const { email, uuid } = await app.given.person({ factor: 'email' });
    const client = new NavixyClient(app);
    const token = await client.session(email);
    const end = () => client.post('/user/logout', undefined, token);
    const header = { Authorization: `NVX ${token}` };
    return { uuid, protocol: 'navixy', amr: ['pwd', 'email'], token, header, end };
  },

  'a docspace token': async (app) => {
    const { email, uuid } = await app.given.person();
    const client = new DocspaceClient(app);
    const token = String((await client.signIn(email)).body.response.token);
    const end = () => client.authorized('POST', '/authentication/logout', token);
    return { uuid, protocol: 'docspace', amr: ['pwd'], token, header: { Authorization: token }, end };
  },

  'a docspace cookie': async (app) => {
    const held = await heldBy('a docspace token', app);
    return { ...held, header: { Cookie: `other=1; asc_auth_key=${held.token}` } };
  },

  'a wacht cookie': async (app) => {
    const { email, uuid } = await app.given.person();
    const client = new WachtClient(app);
    await client.signInWithPassword(email);
    const Cookie = client.cookie as string;
    const token = Cookie.replace('__session=', '');
    const end = () => client.post('/session/sign-out');
    return { uuid, protocol: 'wacht', amr: ['pwd'], token, header: { Cookie }, end };
  },

  'a wacht access token': async (app) => {
    const { email, uuid } = await app.given.person();
    const client = new WachtClient(app);
    await client.signInWithPassword(email);
    const { token } = (await client.get('/session/token')).body.data as { token: string };
    const end = () => client.post('/session/sign-out');
    const header = { Authorization: `Bearer ${token}` };
    return { uuid, protocol: 'wacht', amr: ['pwd'], token, header, end };
  },

  'a yat access token': async (app) => {
    const { email, uuid } = await app.given.person();
    const client = new YatClient(app);
    const { access_token: token } = (await client.signIn(email)).body;
    const end = () => client.post('/logout', undefined, token);
    const header = { Authorization: `Bearer ${token}` };
    return { uuid, protocol: 'yat', amr: ['pwd'], token, header, end };
  },

  'a yat refresh token': async (app) => {
    const { email, uuid } = await app.given.person();
    const client = new YatClient(app);
    const { access_token, refresh_token: token } = (await client.signIn(email)).body;
    const end = () => client.post('/logout', undefined, access_token);
    return { uuid, protocol: 'yat', amr: ['pwd'], token, end };
  },

  'a dfns token': async (app) => {
    const people = new DfnsPeople(app, new DfnsClient(app));
    const member = await people.registered(await app.given.person({ orgId: ORG }));
    const { token = '' } = (await people.login(member)).body;
    const end = () => people.client.call('PUT', '/auth/logout', undefined, token);
    const header = { Authorization: `Bearer ${token}` };
    return { uuid: member.uuid, protocol: 'dfns', amr: ['pop'], token, header, end };
  },
};

const heldBy = (name: string, app: TestApp) => (HELD[name] as (app: TestApp) => Promise<Held>)(app);
