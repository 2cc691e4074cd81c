import { OperatorError } from '@app/administration';
import {
  connectedByStep,
  EVENTS,
  EVENTS_OF_OWNERS,
  EVENTS_OF_PROVEN,
  PHONE_EVENTS,
  type Event,
} from '../support/events.js';
import type { Lock } from '../support/interleaving.js';
import { Meetings, statusOf } from '../support/meetings.js';
import {
  MORE_WAYS_IN,
  SECOND_STEPS,
  SESSIONS,
  SHOWN_CODES,
  type AppApproach,
} from '../support/more-ways-in.js';
import { WAYS_IN } from '../support/ways-in.js';

/** The locks that the two take. */
function locksOf(event: string, way: string): Lock[] {
  const proven = /code|link|key/.test(way) ? (['attempts', 'guess budgets'] as const) : [];
  return [
    'account',
    'sessions',
    ...(way.includes('wacht') ? (['browser sessions'] as const) : []),
    ...(event.includes('switched on') ? (['factor set-up'] as const) : []),
    ...proven,
  ];
}

/** Ways into accounts without a second factor, second steps of those that have one, and sessions from before there was one. */
const FIRST = {
  of: 'an account without a second factor',
  factor: 'none',
  ways: { ...WAYS_IN, ...MORE_WAYS_IN },
  events: { ...EVENTS, ...EVENTS_OF_OWNERS },
} as const;
const SECOND = {
  of: 'an account with one',
  factor: 'email',
  ways: SECOND_STEPS,
  events: EVENTS,
} as const;

interface Group {
  factor: 'none' | 'email';
  ways: Record<string, AppApproach>;
  events: Record<string, Event>;
}

describe('a sign-in and an event that wait at a lock', () => {
  let world: Meetings;

  beforeAll(async () => {
    world = await Meetings.start();
  });
  afterAll(() => world.stop());

  describe.each<Group & { of: string }>([FIRST, SECOND])('of $of', ({ factor, ways, events }) => {
    const pairs = Object.keys(events).flatMap((event) =>
      Object.keys(ways).map((way) => [event, way] as const),
    );

    it.each(pairs)(
      '%s and %s, whichever lock either waits at, and whichever comes first',
      async (event, way) => {
        for (const lock of locksOf(event, way))
          for (const wayFirst of [true, false]) {
            const email = await world.person(factor);
            const happening = await (events[event] as Event)(world.app, email);
            world.tick();
            const { send, isIn } = await (ways[way] as AppApproach)(world.app, email);
            const happen = async () => expect(statusOf(await happening())).toBe(200);
            const [first, second] = wayFirst ? [send, happen] : [happen, send];
            const met = await world.order.meetAt(lock, await world.idOf(email), first, second);
            // After an event that was over, the same proof may make a new session.
            if (wayFirst || met) expect([lock, wayFirst, await isIn()]).toEqual([lock, wayFirst, false]);
          }
      },
    );
  });

  it.each(Object.keys(SESSIONS))(
    'an authenticator that a step of docspace connects ends %s, whichever lock either waits at, and whichever comes first',
    async (way) => {
      for (const lock of ['account', 'sessions', 'factor set-up', 'attempts', 'guess budgets'] as const)
        for (const wayFirst of [true, false]) {
          const email = await world.person();
          const { send, isIn } = await (SESSIONS[way] as AppApproach)(world.app, email);
          const connect = await connectedByStep(world.app, email);
          const happen = async () => expect(statusOf(await connect())).toBe(200);
          const [first, second] = wayFirst ? [send, happen] : [happen, send];
          await world.order.meetAt(lock, await world.idOf(email), first, second);
          expect([lock, wayFirst, await isIn()]).toEqual([lock, wayFirst, false]);
        }
    },
  );

  /** What leaves a session that is signed in already, and guesses that are wrong: nothing is to be seen but that neither waits long. */
  const mild: Record<string, Event> = { ...EVENTS_OF_PROVEN, ...PHONE_EVENTS };
  const steps: Record<string, AppApproach> = { ...SECOND_STEPS, ...SHOWN_CODES };
  const mildPairs = Object.keys(mild).flatMap((event) =>
    Object.keys(steps).map((way) => [event, way] as const),
  );
  it.each(mildPairs)('%s and %s wait for each other at no lock', async (event, way) => {
    for (const lock of locksOf(event, way))
      for (const wayFirst of [true, false]) {
        const email = await world.person('email');
        const happen = await (mild[event] as Event)(world.app, email);
        world.tick();
        const { send } = await (steps[way] as AppApproach)(world.app, email);
        const [first, second] = wayFirst ? [send, happen] : [happen, send];
        await world.order.meetAt(lock, await world.idOf(email), first, second);
      }
  });

  const both = { ...EVENTS, ...EVENTS_OF_OWNERS };
  const pairs = Object.keys(both).flatMap((one) => Object.keys(both).map((other) => [one, other] as const));
  it.each(pairs)('%s and %s wait for each other at no lock', async (one, other) => {
    for (const lock of ['account', 'sessions', 'attempts'] as const) {
      const email = await world.person();
      const first = await (both[one] as Event)(world.app, email);
      world.tick();
      const second = await (both[other] as Event)(world.app, email);
      await world.order.meetAt(lock, await world.idOf(email), answered(first), answered(second));
    }
  });
});

/** An operator who comes second may be told that the account is another one by now, or gone. */
const answered = (happen: () => Promise<unknown>) => () =>
  happen().catch((error: unknown) => {
    if (!(error instanceof OperatorError)) throw error;
  });
