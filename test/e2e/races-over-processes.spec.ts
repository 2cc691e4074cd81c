import { setTimeout as delay } from 'node:timers/promises';
import { generateSync } from 'otplib';
import { DocspaceClient } from '../support/docspace-client.js';
import { PASSWORD, type Service } from '../support/test-app.js';
import { TwoServices } from '../support/two-services.js';
import { WachtClient } from '../support/wacht-client.js';
import { mailed, mailedLink, WAYS_IN, type Approach, type WayIn } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const ROUNDS = 20;
/** Of one kind in a round. */
const MOST = 6;
const NEW_PASSWORD = 'gelbe Kanne im Schnee 7';
const SQUATTERS = 'squatters password 1';
const PASSWORDS = Object.keys(WAYS_IN).filter((way) => way.endsWith('password'));
const BY_MAIL = Object.keys(WAYS_IN).filter((way) => !PASSWORDS.includes(way));

/** Does everything up to the call that is the event, and answers that. */
type Event = (service: Service, email: string) => Promise<() => Promise<{ status: number }>>;
/** Which sign-ins are sent, and how long before the event. */
interface Meeting {
  once?: string[];
  again: readonly string[];
  password?: string;
  headMs: number;
}

const codeNow = (secret: string) => generateSync({ secret });

const changePassword: Event = async (service, email) => {
  const yat = new YatClient(service);
  const { access_token } = (await yat.signIn(email)).body;
  return () => yat.call('PATCH', '/account', { password: NEW_PASSWORD }, access_token);
};
const resetPassword: Event = async (service, email) => {
  const wacht = new WachtClient(service);
  const ask = () => wacht.post('/auth/forgot-password', { email });
  const token = await mailed(service, email, /(?<!not-me\?)token=([\w-]+)/, ask);
  return () => wacht.post('/auth/reset-password', { token, password: NEW_PASSWORD });
};
const claim: Event = async (service, email) => {
  const token = await mailedLink(service, email);
  return () => new YatClient(service).post('/auth/magic_link/token', { token });
};
const confirmFactor: Event = async (service, email) => {
  const yat = new YatClient(service);
  const { access_token } = (await yat.signIn(email)).body;
  const { body } = await yat.post('/account/2fa/enable', { provider: 'GoogleAuthenticator' }, access_token);
  const code = codeNow(body.ga_secret as string);
  return () => yat.post('/account/2fa/confirm', { code }, access_token);
};
/** The choice and the first code: what is begun between them is asked for the authenticator, what was before is not. */
const connectFactor: Event = async (service, email) => {
  const docspace = new DocspaceClient(service);
  const token = String((await docspace.signIn(email)).body.response['token']);
  return async () => {
    const chosen = await docspace.authorized<string>('PUT', '/settings/tfaappwithlink', token, {
      type: 'App',
    });
    const confirm = new URL(chosen.body.response).search.slice(1);
    const setUp = await docspace.call<{ manualEntryKey: string }>(
      'GET',
      '/settings/tfaapp/setup',
      undefined,
      { confirm },
    );
    const code = codeNow(setUp.body.response.manualEntryKey);
    return docspace.call('POST', '/settings/tfaapp/validate', { code }, { confirm });
  };
};

describe('sign-ins that are on their way in two processes while something ends what was made before', () => {
  let two: TwoServices;

  beforeAll(async () => {
    two = await TwoServices.start({
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '1000000',
      WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: '1000000',
      YAT_REQUESTS_PER_MINUTE_LIMIT: '1000000',
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '1000000',
      PASSWORD_TRIES_LIMIT: '1000',
      PASSWORD_HOURLY_LIMIT: '100000',
    });
  }, 240_000);
  afterAll(() => two?.stop());

  const either = (number: number) => two.services[number % 2] as Service;

  const approach = (way: string, number: number, email: string, password = PASSWORD) =>
    (WAYS_IN[way] as Approach)(either(number), email, password);

  /**
   * One round: the event, `headMs` after the first of the sign-ins. Those by mail are sent once, and those by password again and again in
   * either process until the event is answered, so that some are on their way whenever it happens; answers how many were.
   */
  async function meet(
    email: string,
    event: () => Promise<{ status: number }>,
    { once = [], again, password, headMs }: Meeting,
  ): Promise<number> {
    const ways: WayIn[] = [];
    // One after another: two that wait at once for a link could both take the one that comes first.
    for (const [number, kind] of once.entries()) ways.push(await approach(kind, number, email));
    let [begun, done] = [false, false];
    let met = 0;
    const send = async (way: WayIn) => {
      await way.send();
      if (begun) met += 1;
    };
    const keepSending = async (kind: string, lane: number) => {
      for (let time = 0; time < MOST && !done; time += 1) {
        const way = await approach(kind, lane + time, email, password);
        ways.push(way);
        if (!done) await send(way);
      }
    };
    const happening = async () => {
      await delay(headMs);
      begun = true;
      const { status } = await event();
      done = true;
      return status;
    };
    const sending = [...ways.map(send), ...again.map(keepSending)];
    expect(await happening()).toBe(200);
    await Promise.all(sending);
    for (const way of ways) expect(await way.isIn()).toBe(false);
    return met;
  }

  it.each([
    ['a change of the password', changePassword],
    ['a reset of the password', resetPassword],
  ] as const)(
    'none with the old password outlives %s',
    async (_name, event) => {
      let met = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const email = await two.account();
        const happen = await event(either(round), email);
        met += await meet(email, happen, { again: PASSWORDS, headMs: 0 });
      }
      expect(met).toBeGreaterThan(ROUNDS);
    },
    300_000,
  );

  it('none of a squatter outlives the claim of the owner', async () => {
    let met = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const email = await two.registered(SQUATTERS);
      const happen = await claim(either(round), email);
      const again = Array.from({ length: 4 }, () => 'a yat password');
      met += await meet(email, happen, { again, password: SQUATTERS, headMs: round });
    }
    expect(met).toBeGreaterThan(ROUNDS);
  }, 300_000);

  // A first step of docspace shows another authenticator to be set up: beside the connection of one it would be in its way.
  it.each([
    ['yat confirms', confirmFactor, PASSWORDS],
    ['docspace connects', connectFactor, PASSWORDS.filter((way) => !way.includes('docspace'))],
  ] as const)(
    'none without the factor outlives the second factor that %s',
    async (_name, event, again) => {
      let met = 0;
      for (let round = 0; round < ROUNDS; round += 1) {
        const email = await two.account();
        const happen = await event(either(round), email);
        met += await meet(email, happen, { once: BY_MAIL, again, headMs: round });
      }
      expect(met).toBeGreaterThan(ROUNDS);
    },
    300_000,
  );
});
