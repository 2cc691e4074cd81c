import { PasswordHasher } from '@app/accounts';
import { AccountsService } from '../../apps/cli/src/accounts.service.js';
import { EVENTS, EVENTS_OF_OWNERS, MILDER_EVENTS, type Event } from '../support/events.js';
import { Interleaving, type Lock } from '../support/interleaving.js';
import { CheapPasswords } from '../support/model/cheap-passwords.js';
import { MORE_WAYS_IN, SECOND_STEPS, type AppApproach } from '../support/more-ways-in.js';
import { ORIGIN } from '../support/software-authenticator.js';
import { TestApp } from '../support/test-app.js';
import { mailedLink, WAYS_IN, type Approach } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

const SQUATTERS = 'squatters password 1';

/** Of what was called over HTTP; what an operator does throws where it fails. */
const statusOf = (answer: unknown) => (answer as { status?: number } | undefined)?.status ?? 200;

/** A session that was there before a milder event is refreshed after it as well. */
const leavesNothing = ([event, way]: readonly [string, string]) =>
  !(event in MILDER_EVENTS && way === 'a yat refresh');

/** The locks that a way in takes, beside those that events take. */
function locksOf(way: string): Lock[] {
  const proven = /code|link|key/.test(way) ? (['attempts', 'guess budgets'] as const) : [];
  return [
    'account',
    'sessions',
    ...(way.includes('wacht') ? (['browser sessions'] as const) : []),
    ...proven,
  ];
}

describe('a sign-in that meets an event which ends what was made before', () => {
  let app: TestApp;
  let order: Interleaving;
  let yat: YatClient;
  let people = 0;

  beforeAll(async () => {
    const limits = {
      PUBLIC_URL: ORIGIN,
      DFNS_REQUESTS_PER_MINUTE_LIMIT: '100000',
      WACHT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      WACHT_NEW_SESSIONS_PER_MINUTE_LIMIT: '100000',
      YAT_REQUESTS_PER_MINUTE_LIMIT: '100000',
      DOCSPACE_REQUESTS_PER_MINUTE_LIMIT: '100000',
      NAVIXY_REQUESTS_PER_SECOND_LIMIT: '100000',
    };
    app = await TestApp.start(limits, undefined, (module) =>
      module.overrideProvider(PasswordHasher).useClass(CheapPasswords),
    );
    order = await Interleaving.of(app.databaseUrl);
    yat = new YatClient(app);
    // The first new password starts the thread that judges them, which on a busy machine takes longer than a lock is waited for.
    await yat.post('/users', { email: 'first@example.com', password: SQUATTERS });
  });
  afterAll(async () => {
    await order.end();
    await app.stop();
  });

  const freshEmail = () => `meets${(people += 1)}@example.com`;
  const person = async (secondFactor: 'none' | 'email' = 'none'): Promise<string> => {
    const email = freshEmail();
    const phone = secondFactor === 'none' ? undefined : `+49151${String(people).padStart(8, '0')}`;
    await app.createAccount({ email, secondFactor, phone });
    return email;
  };
  const pairsOf = (events: Record<string, Event>, named: Record<string, AppApproach>) =>
    Object.keys(events).flatMap((event) => Object.keys(named).map((way) => [event, way] as const));

  /** What meets what: the ways into accounts without a second factor, and the second steps of those that have one. */
  const FIRST = {
    factor: 'none',
    ways: { ...WAYS_IN, ...MORE_WAYS_IN },
    events: { ...EVENTS, ...EVENTS_OF_OWNERS },
  } as const;
  const SECOND = { factor: 'email', ways: SECOND_STEPS, events: EVENTS } as const;

  describe.each([FIRST, SECOND])(
    'of an account with the second factor $factor',
    ({ factor, ways, events }) => {
      const named: Record<string, AppApproach> = ways;
      const ending: Record<string, Event> = events;
      const all: Record<string, Event> = { ...ending, ...(factor === 'none' && MILDER_EVENTS) };
      const wayOf = (way: string, email: string) => (named[way] as AppApproach)(app, email);
      const eventOf = (event: string, email: string) => (all[event] as Event)(app, email);

      it.each(pairsOf(ending, named))(
        '%s leaves nothing of %s that had done all but commit',
        async (event, way) => {
          const email = await person(factor);
          const { send, isIn } = await wayOf(way, email);
          await order.meet(send, await eventOf(event, email));
          expect(await isIn()).toBe(false);
        },
      );

      it.each(pairsOf(all, named).filter(leavesNothing))(
        '%s that had done all but commit leaves nothing of %s',
        async (event, way) => {
          const email = await person(factor);
          const { send, isIn } = await wayOf(way, email);
          await order.meet(await eventOf(event, email), send);
          expect(await isIn()).toBe(false);
        },
      );

      it.each(pairsOf(ending, named))(
        '%s and %s, whichever lock either waits at, and whichever comes first',
        async (event, way) => {
          for (const lock of locksOf(way))
            for (const wayFirst of [true, false]) {
              const email = await person(factor);
              const { send, isIn } = await wayOf(way, email);
              const happening = await eventOf(event, email);
              const happen = async () => expect(statusOf(await happening())).toBe(200);
              const { id } = await app.nest.get(AccountsService).find(email);
              const [first, second] = wayFirst ? [send, happen] : [happen, send];
              const met = await order.meetAt(lock, id, first, second);
              // After an event that was over, the same proof may make a new session.
              if (wayFirst || met) expect([lock, wayFirst, await isIn()]).toEqual([lock, wayFirst, false]);
            }
        },
      );

      it.each(Object.keys(named))('nothing in its way, %s gets in', async (way) => {
        const { send, isIn } = await wayOf(way, await person(factor));
        await send();
        expect(await isIn()).toBe(true);
      });
    },
  );

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
