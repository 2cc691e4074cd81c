import { EVENTS, EVENTS_OF_OWNERS, MILDER_EVENTS, type Event } from '../support/events.js';
import { Meetings, SQUATTERS } from '../support/meetings.js';
import { MORE_WAYS_IN, SECOND_STEPS, type AppApproach } from '../support/more-ways-in.js';
import { mailedLink, WAYS_IN, type Approach } from '../support/ways-in.js';
import { YatClient } from '../support/yat-client.js';

/** A session that was there before a milder event is refreshed after it as well. */
const leavesNothing = ([event, way]: readonly [string, string]) =>
  !(event in MILDER_EVENTS && way === 'a yat refresh');

describe('a sign-in that meets an event which ends what was made before', () => {
  let world: Meetings;

  beforeAll(async () => {
    world = await Meetings.start();
  });
  afterAll(() => world.stop());

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
      const wayOf = (way: string, email: string) => (named[way] as AppApproach)(world.app, email);
      const eventOf = (event: string, email: string) => (all[event] as Event)(world.app, email);

      it.each(pairsOf(ending, named))(
        '%s leaves nothing of %s that had done all but commit',
        async (event, way) => {
          const email = await world.person(factor);
          const { send, isIn } = await wayOf(way, email);
          await world.order.meet(send, await eventOf(event, email));
          expect(await isIn()).toBe(false);
        },
      );

      it.each(pairsOf(all, named).filter(leavesNothing))(
        '%s that had done all but commit leaves nothing of %s',
        async (event, way) => {
          const email = await world.person(factor);
          const { send, isIn } = await wayOf(way, email);
          await world.order.meet(await eventOf(event, email), send);
          expect(await isIn()).toBe(false);
        },
      );

      it.each(Object.keys(named))('nothing in its way, %s gets in', async (way) => {
        const { send, isIn } = await wayOf(way, await world.person(factor));
        await send();
        expect(await isIn()).toBe(true);
      });
    },
  );

  it('the owner who claims a registered account leaves nothing of a sign-in of whoever registered it', async () => {
    const { app, order } = world;
    const yat = new YatClient(app);
    for (const squatterFirst of [true, false]) {
      const email = world.freshEmail();
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
