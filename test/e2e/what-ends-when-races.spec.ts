import { AccountsService } from '../../apps/cli/src/accounts.service.js';
import { SessionsService } from '../../apps/cli/src/sessions.service.js';
import { Authenticator } from '../support/authenticator.js';
import { Interleaving } from '../support/interleaving.js';
import { TestApp } from '../support/test-app.js';
import { WachtClient } from '../support/wacht-client.js';
import { mailedLink, WAYS_IN, type Approach } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const NEW_PASSWORD = 'gelbe Kanne im Schnee 7';
const SQUATTERS = 'squatters password 1';

/** Does everything up to the call that is the event, and answers that. */
type Event = (email: string) => Promise<() => Promise<unknown>>;

describe('a sign-in that meets an event which ends what was made before', () => {
  let app: TestApp;
  let order: Interleaving;
  let yat: YatClient;
  let people = 0;

  beforeAll(async () => {
    app = await TestApp.start({
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: '100000',
      YAT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
    });
    order = await Interleaving.of(app.databaseUrl);
    yat = new YatClient(app);
  });
  afterAll(async () => {
    await order.end();
    await app.stop();
  });

  const freshEmail = () => `meets${(people += 1)}@example.com`;
  const person = async (): Promise<string> => {
    const email = freshEmail();
    await app.createAccount({ email, secondFactor: 'none' });
    return email;
  };
  const accessToken = async (email: string) => (await yat.signIn(email)).body.access_token;
  const account = (email: string) => app.nest.get(AccountsService).find(email);

  const events: Record<string, Event> = {
    'a change of the password': async (email) => {
      const token = await accessToken(email);
      return () => yat.call('PATCH', '/account', { password: NEW_PASSWORD }, token);
    },
    'a reset of the password': async (email) => {
      const before = app.mailbox.count(email);
      await new WachtClient(app).post('/auth/forgot-password', { email });
      const { text } = await app.mailbox.newest(email, before + 1);
      const token = /token=([\w-]+)/.exec(text)?.[1];
      return () => new WachtClient(app).post('/auth/reset-password', { token, password: NEW_PASSWORD });
    },
    'a second factor that is switched on': async (email) => {
      const token = await accessToken(email);
      const { body } = await yat.post('/account/2fa/enable', { provider: 'GoogleAuthenticator' }, token);
      const code = new Authenticator(app, body.ga_secret as string).code();
      return () => yat.post('/account/2fa/confirm', { code }, token);
    },
    'a sign-out everywhere': async (email) => {
      const token = await accessToken(email);
      return () => yat.post('/logout', undefined, token);
    },
    'an operator who disables the account': async (email) => {
      const found = await account(email);
      return () => app.nest.get(AccountsService).disable(app.operatorCall(), found);
    },
    'an operator who revokes all sessions': async (email) => {
      const { id } = await account(email);
      return () => app.nest.get(SessionsService).revokeAll(app.operatorCall(), id);
    },
  };
  /** Leaves sessions that were there before it: what has only to commit was there. */
  const milder: Record<string, Event> = {
    'an operator who asks for a second factor': async (email) => {
      const found = await account(email);
      return () => app.nest.get(AccountsService).changeSecondFactor(app.operatorCall(), found, 'totp');
    },
  };
  const all = { ...events, ...milder };
  const pairsOf = (named: Record<string, Event>) =>
    Object.keys(named).flatMap((event) => Object.keys(WAYS_IN).map((way) => [event, way]));

  it.each(pairsOf(events))('%s leaves nothing of %s that had done all but commit', async (event, way) => {
    const email = await person();
    const { send, isIn } = await (WAYS_IN[way as string] as Approach)(app, email);
    await order.meet(send, await (events[event as string] as Event)(email));
    expect(await isIn()).toBe(false);
  });

  it.each(pairsOf(all))('%s that had done all but commit leaves nothing of %s', async (event, way) => {
    const email = await person();
    const { send, isIn } = await (WAYS_IN[way as string] as Approach)(app, email);
    await order.meet(await (all[event as string] as Event)(email), send);
    expect(await isIn()).toBe(false);
  });

  it.each(Object.keys(WAYS_IN))('nothing in its way, %s gets in', async (way) => {
    const { send, isIn } = await (WAYS_IN[way] as Approach)(app, await person());
    await send();
    expect(await isIn()).toBe(true);
  });

  it('the owner who claims a registered account leaves nothing of a sign-in of whoever registered it', async () => {
    for (const squatterFirst of [true, false]) {
      const email = freshEmail();
      await yat.post('/users', { email, password: SQUATTERS });
      const squatter = await (WAYS_IN['a yat password'] as Approach)(app, email, SQUATTERS);
      const token = await mailedLink(app, email);
      const claim = () => yat.post('/auth/magic_link/token', { token });
      if (squatterFirst) await order.meet(squatter.send, claim);
      else await order.meet(claim, squatter.send);
      expect(await squatter.isIn()).toBe(false);
    }
  });
});
